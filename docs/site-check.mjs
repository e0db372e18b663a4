// Checks the site of docs/site.sh: each link leads to a page and a heading that exist, and in Chromium the search finds a status in
// three languages.
//   node docs/site-check.mjs FOLDER CHROMIUM
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { createRequire } from "node:module";
const [folder, chromium] = process.argv.slice(2);
const root = path.resolve(folder);
const require = createRequire(new URL("../.lab/html/", import.meta.url));
const puppeteer = require("puppeteer-core");
const wrong = [];

const pages = fs.readdirSync(root, { recursive: true }).filter((name) => name.endsWith(".html") && name !== "toc.html");
const text = new Map(pages.map((name) => [name, fs.readFileSync(path.join(root, name), "utf8")]));
for (const [name, html] of text) {
  // The page of all pages repeats their links, which are relative to the pages.
  if (name === "print.html") continue;
  for (const [, link] of html.matchAll(/(?:href|src)="([^"]+)"/g)) {
    if (/^(?:[a-z]+:|\/\/)/.test(link)) continue;
    const [file, anchor] = decodeURI(link.replaceAll("&amp;", "&")).split("#");
    const target = file ? path.join(path.dirname(name), file) : name;
    if (!fs.existsSync(path.join(root, target))) wrong.push(`${name}: ${link} does not exist`);
    else if (anchor && text.has(target) && !text.get(target).includes(`id="${anchor}"`)) wrong.push(`${name}: ${link}: no such heading`);
  }
}

const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const server = http.createServer((request, response) => {
  const file = path.join(root, decodeURIComponent(new URL(request.url, "http://localhost").pathname));
  fs.readFile(file, (error, data) => {
    response.writeHead(error ? 404 : 200, { "content-type": types[path.extname(file)] ?? "application/octet-stream" });
    response.end(error ? "" : data);
  });
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage();
page.on("pageerror", (error) => wrong.push(`${error}`));
const { port } = server.address();
page.on("request", (request) => {
  if (!request.url().startsWith(`http://127.0.0.1:${port}/`) && !request.url().startsWith("data:")) wrong.push(`requests ${request.url()}`);
});
await page.goto(`http://127.0.0.1:${port}/index.html?search=CrashLoopBackOff`);
const found = "#mdbook-searchresults a, #searchresults a";
await page.waitForSelector(found, { timeout: 60_000 });
const links = await page.$$eval(found, (all) => all.map((one) => one.getAttribute("href")));
for (const wanted of ["pod-crash-loop.html", "pod-crash-loop.zh-TW.html", "pod-crash-loop.zh-CN.html"]) {
  if (!links.some((link) => link.includes(wanted))) wrong.push(`the search does not find ${wanted}: ${links.join(" ")}`);
}
await page.screenshot({ path: `${root}/../search.png` });
await browser.close();
server.close();
console.log(`${pages.length} pages, ${links.length} results`);
if (wrong.length > 0) {
  console.error(wrong.join("\n"));
  process.exit(1);
}
