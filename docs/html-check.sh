#!/usr/bin/env bash
# Opens a report of -o html in Chromium: at two widths, in both colour schemes and on paper, and filters, sorts and expands it. It fails
# if the page requests anything, writes to the console, is wider than the window, has a serious violation of accessibility (axe), or
# loses rows.
#   docs/html-check.sh REPORT.html [FOLDER]
#   docs/html-check.sh --install
# FOLDER gets the pictures and the PDF. Needs chromium, node and npm; installs puppeteer-core and axe-core below .lab, which is all that
# --install does.
set -euo pipefail
given=$PWD
cd "$(dirname "$0")/.."
mkdir -p .lab/html
[ -d .lab/html/node_modules/puppeteer-core ] && [ -d .lab/html/node_modules/axe-core ] ||
  npm install --silent --no-save --no-audit --no-fund --prefix .lab/html puppeteer-core@24 axe-core@4
[ "$1" = --install ] && exit
report=$(cd "$given" && realpath "$1")
folder=$(cd "$given" && realpath -m "${2:-$(mktemp -d)}")
mkdir -p "$folder"
cat >.lab/html/check.mjs <<'JS'
import fs from "node:fs";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";
const [report, folder, chromium] = process.argv.slice(2);
const address = pathToFileURL(report).href;
const axe = fs.readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const run = "axe.run().then((done) => done.violations.map(({ impact, id, nodes }) => ({ impact, id, nodes: nodes.map((n) => n.html) })))";
const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"], protocolTimeout: 600_000 });
const wrong = [];
const watch = (page, name) => {
  page.on("console", (message) => wrong.push(`${name}: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`${name}: ${error}`));
  page.on("dialog", (dialog) => { wrong.push(`${name}: dialog`); dialog.dismiss(); });
  page.on("request", (request) => { if (request.url() !== address) wrong.push(`${name}: requests ${request.url()}`); });
};
for (const scheme of ["light", "dark"]) for (const width of [1280, 400]) {
  const name = `${scheme}-${width}`;
  const page = await browser.newPage();
  watch(page, name);
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(address, { timeout: 300_000 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  if (wide > width) wrong.push(`${name}: ${wide} px wide`);
  // Chromium cannot capture a longer page.
  const height = Math.min(8000, await page.evaluate(() => document.documentElement.scrollHeight));
  await page.screenshot({ path: `${folder}/${name}.png`, clip: { x: 0, y: 0, width, height }, captureBeyondViewport: true });
  // In a world of its own: the policy of the page forbids other scripts.
  const session = await page.createCDPSession();
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId: contextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
  await session.send("Runtime.evaluate", { contextId, expression: axe });
  const found = await session.send("Runtime.evaluate", { contextId, expression: run, awaitPromise: true, returnByValue: true });
  for (const violation of found.result.value) {
    const text = `${name}: ${violation.impact}: ${violation.id}: ${violation.nodes.slice(0, 3).join(" ")}`;
    if (["serious", "critical"].includes(violation.impact)) wrong.push(text); else console.log(text);
  }
  await page.close();
}
// As a reader works with it: filter, sort, expand.
const page = await browser.newPage();
watch(page, "work");
await page.goto(address, { timeout: 300_000 });
const visible = () => page.$$eval("tbody tr, .incident", (rows) => rows.filter((row) => !row.hidden).map((row) => row.textContent.toLowerCase()));
const all = await visible();
const row = await page.$eval("tbody tr", (row) => [...row.cells].map((cell) => cell.textContent.trim()));
const word = row.find((text) => /^[a-z][a-z0-9-]{2,}$/.test(text)) ?? row[0];
await page.type("#filter", word);
// The page filters a moment after the last key.
const settled = async (holds) => {
  const end = Date.now() + 60_000;
  let rows = await visible();
  while (!holds(rows) && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    rows = await visible();
  }
  return holds(rows);
};
const matches = (rows) => rows.length > 0 && rows.every((text) => text.includes(word.toLowerCase()));
if (!await settled(matches)) wrong.push(`filter: not the rows with "${word}"`);
await page.$eval("#filter", (input) => { input.value = ""; input.dispatchEvent(new Event("input", { bubbles: true })); });
if (!await settled((rows) => rows.length === all.length)) wrong.push("filter: rows stay hidden");
const sorted = await page.$("th button");
if (sorted) {
  await sorted.evaluate((button) => button.click());
  const order = await sorted.evaluate((button) => button.closest("th").getAttribute("aria-sort"));
  if (order !== "ascending") wrong.push(`sort: ${order}`);
  if ((await visible()).length !== all.length) wrong.push("sort: rows are lost");
}
const closed = await page.$$eval("details", (all) => all.map((details) => { details.open = true; return details.offsetHeight; }));
if (closed.some((height) => height === 0)) wrong.push("expand: something has no height");
await page.goto(address, { timeout: 300_000 });
await page.pdf({ path: `${folder}/paper.pdf`, preferCSSPageSize: true });
await browser.close();
for (const line of wrong) console.error(line);
console.log(wrong.length ? `${wrong.length} problems` : `no problems; pictures are in ${folder}`);
process.exit(wrong.length ? 1 : 0);
JS
node .lab/html/check.mjs "$report" "$folder" "$(command -v chromium)"
