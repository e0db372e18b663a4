#!/usr/bin/env bash
# Opens a report of -o html in Chromium: at two widths, in both colour schemes and on paper. It fails if the page requests
# anything, writes to the console, is wider than the window, or has a serious violation of accessibility (axe).
#   docs/html-check.sh REPORT.html [FOLDER]
# FOLDER gets the pictures and the PDF. Needs chromium, node and npm; installs puppeteer-core and axe-core below .lab.
set -euo pipefail
report=$(realpath "$1")
folder=$(realpath -m "${2:-$(mktemp -d)}")
cd "$(dirname "$0")/.."
mkdir -p .lab/html "$folder"
npm install --silent --no-save --no-audit --no-fund --prefix .lab/html puppeteer-core@24 axe-core@4
cat >.lab/html/check.mjs <<'JS'
import fs from "node:fs";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";
const [report, folder, chromium] = process.argv.slice(2);
const address = pathToFileURL(report).href;
const axe = fs.readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const run = "axe.run().then((done) => done.violations.map(({ impact, id, nodes }) => ({ impact, id, nodes: nodes.map((n) => n.html) })))";
const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] });
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
  await page.goto(address);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  if (wide > width) wrong.push(`${name}: ${wide} px wide`);
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
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
const page = await browser.newPage();
watch(page, "paper");
await page.goto(address);
await page.pdf({ path: `${folder}/paper.pdf`, preferCSSPageSize: true });
await browser.close();
for (const line of wrong) console.error(line);
console.log(wrong.length ? `${wrong.length} problems` : `no problems; pictures are in ${folder}`);
process.exit(wrong.length ? 1 : 0);
JS
node .lab/html/check.mjs "$report" "$folder" "$(command -v chromium)"
