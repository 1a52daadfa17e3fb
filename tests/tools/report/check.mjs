// Opens the heap report as a reader would, in both colour schemes and at the width of a telephone, and asserts that it
// is valid and accessible, fetches nothing, and has what it promises. Takes the directory that the report is in, and
// leaves pictures of it there.
import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { FileSystemConfigLoader, HtmlValidate } from 'html-validate';
import puppeteer from 'puppeteer-core';

const directory = resolve(process.argv[2]);
const file = join(directory, 'report.html');
const url = pathToFileURL(file).href;

await validate();
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM,
  // Continuous integration runs as root, where Chromium has no sandbox.
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  for (const [name, scheme, width] of [['light', 'light', 1200], ['dark', 'dark', 1200], ['narrow', 'light', 400]]) {
    const page = await open(scheme, width);
    await look(page);
    await page.screenshot({ path: join(directory, `${name}.png`), fullPage: true });
    await checkAccess(page, name);
    await page.close();
  }
} finally {
  await browser.close();
}
console.log(`the report is as it should be; there are pictures of it in ${directory}`);

async function validate() {
  const loader = new FileSystemConfigLoader({ root: true, extends: ['html-validate:standard'] });
  const { results } = await new HtmlValidate(loader).validateFile(file);
  const messages = results.flatMap((result) => result.messages);
  assert.deepEqual(messages.map(({ line, column, ruleId, message }) => `${line}:${column} ${ruleId}: ${message}`), []);
}

// Opens the report without a network. Nothing but the file itself may be asked for, and nothing may go wrong.
async function open(scheme, width) {
  const page = await browser.newPage();
  const wrong = [];
  page.on('console', (message) => wrong.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => wrong.push(`error: ${error}`));
  page.on('request', (request) => {
    if (request.url() !== url) wrong.push(`request: ${request.url()}`);
  });
  await page.setViewport({ width, height: 900 });
  await page.setOfflineMode(true);
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(url, { waitUntil: 'networkidle0' });
  assert.deepEqual(wrong, []);
  return page;
}

async function look(page) {
  const seen = await page.evaluate(() => {
    const all = (selector) => [...document.querySelectorAll(selector)];
    const box = (element) => element.getBoundingClientRect();
    const parts = (element) => [...element.children].map((child) => child.textContent);
    const texts = (selector) => all(selector).map((element) => element.textContent);
    const [size, pauses] = all('svg.plot');
    return {
      title: document.title,
      plots: all('svg.plot').map((svg) => [box(svg).width > 300, box(svg).height > 80]),
      points: Math.max(...[...size.querySelectorAll('polyline')].map((line) => line.points.length)),
      dots: pauses.querySelectorAll('circle').length,
      // What has no colour of its own is left black by a style sheet that does not know it.
      colours: [...new Set(all('svg.plot circle').map((dot) => getComputedStyle(dot).fill))],
      figures: Object.fromEntries(all('.figures div').map(parts)),
      rows: all('tbody tr').map(parts),
      objects: texts('.graph .object text:first-of-type'),
      members: all('.graph .object.member').length,
      arrows: all('.graph path.edge').length,
      labels: texts('.graph .label'),
      sentences: texts('details li'),
      overlaps: all('.graph .object rect').map(box).some((a, index, boxes) => boxes.slice(0, index).some(
        (b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)),
      isWide: document.documentElement.scrollWidth > innerWidth,
    };
  });
  const number = (text) => Number(text.replaceAll(',', ''));
  assert.equal(seen.title, 'Heap report');
  assert.deepEqual(seen.plots, [[true, true], [true, true]]);
  assert.ok(seen.points > 100, `${seen.points} points`);
  assert.equal(seen.dots, number(seen.figures.collections));
  assert.equal(seen.colours.length, 3, `${seen.colours}`);
  assert.ok(!seen.colours.some((colour) => colour.startsWith('rgb(0, 0, ')), `${seen.colours}`);
  assert.deepEqual(seen.rows.map(([type]) => type).sort(), ['Document', 'Edit', 'Image', 'Section', 'Session', 'str']);
  assert.equal(seen.rows.reduce((sum, [, count]) => sum + number(count), 0), number(seen.figures.objects));
  for (const bytes of seen.rows.flatMap(([, , ...bytes]) => bytes)) assert.match(bytes, /^[\d.]+ (B|[KM]iB)$/);
  for (const type of ['Document', 'Edit', 'Section', 'Session']) {
    assert.ok(seen.objects.some((name) => name.startsWith(`${type} #`)), `a ${type} in ${seen.objects}`);
  }
  assert.ok(seen.members > 8 && seen.members <= seen.objects.length, `${seen.members} members`);
  assert.ok(seen.arrows > seen.members, 'a cycle has as many arrows as members, and more if it is several');
  assert.equal(seen.labels.length, seen.arrows);
  assert.equal(seen.sentences.length, seen.arrows);
  for (const label of ['root', 'document', 'open', 'parent']) {
    assert.ok(seen.labels.includes(label), `${label} in ${seen.labels}`);
  }
  assert.ok(!seen.overlaps, 'no box lies on another');
  assert.ok(!seen.isWide, 'only the parts of the page that are too wide scroll sideways');
}

async function checkAccess(page, name) {
  // Not as a script of the page, which may have none.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const found = violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map((node) => node.html).join(' ')}`);
  assert.deepEqual(found, []);
}
