/**
 * The reading pages and the page of dials, from a sub-folder in a real browser: whole, alive, and open to keys, without a request
 * to another machine.
 */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findBrowser, launchBrowser } from '../../scripts/notebooks/browser.mjs';
import { listNotebooks, PLOTLY, readNotebook } from '../../scripts/notebooks/files.mjs';
import { venvPython, workDir } from '../../scripts/setup/paths.mjs';
import { asShown, DIALS } from '../../scripts/site/dials/dials.mjs';
import { SLIDERS, settingsOf } from '../../scripts/site/dials/sliders.mjs';
import { serve } from '../../scripts/site/live/server.mjs';
import { makePages, sizeOf } from '../../scripts/site.mjs';

const browserPath = findBrowser();
const skip = browserPath ? false : 'no Chromium, Chrome or Edge was found';
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

let folder;
let server;
let address;
let browser;
const far = [];
const errors = [];

before(async () => {
  mkdirSync(workDir, { recursive: true });
  folder = mkdtempSync(join(workDir, 'site-test-'));
  await makePages({ out: folder, python: process.env.PGLAB_PYTHON ?? venvPython });
  if (!browserPath) return;
  server = await serve(folder, { under: '/course/lecture-6/' });
  address = `${server.address}/`;
  browser = await launchBrowser(browserPath);
});

after(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a page of the site and keeps account of what it asks other machines for and of its errors. */
async function open(path, { width = 1200, colorScheme = 'light', ...more } = {}) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme, ...more });
  page.on('request', request => {
    const url = request.url();
    if (!/^(data|blob):/.test(url) && !url.startsWith(address)) far.push(url);
  });
  page.on('pageerror', error => errors.push(`${path}: ${error}`));
  await page.goto(address + path);
  return page;
}

/** Presses Tab until an element that fits has the focus. */
async function tabTo(page, selector, most = 400) {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(wanted => document.activeElement?.matches(wanted), selector)) return;
  }
  assert.fail(`${most} times Tab do not reach ${selector}`);
}

test('every notebook is a page, with a picture and words for each of its figures', () => {
  for (const path of listNotebooks()) {
    const name = path.split(/[\\/]/).at(-1).replace('.ipynb', '');
    const html = readFileSync(join(folder, 'notebooks', `${name}.html`), 'utf8');
    const figures = readNotebook(path).cells.flatMap(({ outputs = [] }) =>
      outputs.filter(({ data }) => data?.[PLOTLY]),
    );
    const shown = [...html.matchAll(/<div class="pglab-figure"[^>]*><img src="([^"]*)" alt="([^"]*)"/g)];
    assert.equal(shown.length, figures.length, name);
    for (const [, picture, alt] of shown) {
      assert.match(readFileSync(join(folder, 'notebooks', picture), 'utf8'), /^<svg/);
      assert.ok(alt.length > 20, `${name}: ${alt}`);
    }
  }
  assert.ok(sizeOf(folder).megabytes < 40);
});

test('no page names a file of another machine to load', () => {
  const pages = readdirSync(folder, { recursive: true }).filter(name => name.endsWith('.html'));
  const guilty = pages.filter(name =>
    /<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)="(?:https?:)?\/\//.test(
      readFileSync(join(folder, name), 'utf8'),
    ),
  );
  assert.ok(pages.length > 15);
  assert.deepEqual(guilty, []);
});

test('a figure answers to the pointer, its slider to keys; answers unfold; equations are typeset', {
  skip,
}, async () => {
  const page = await open('notebooks/09-ppo-clip.html');
  assert.ok((await page.locator('article .katex-display math').count()) >= 2);
  assert.doesNotMatch(await page.locator('article').innerText(), /\$\$|\\mathbb/);

  const figure = page.locator('.pglab-figure').first();
  await figure.scrollIntoViewIfNeeded();
  await figure.locator('.main-svg .trace').first().waitFor();
  const label = await figure.locator('[role=group]').getAttribute('aria-label');
  assert.match(label, /^For positive A the objective rises/);
  const [x, y] = await figure.locator('.js-plotly-plot').evaluate(plot => {
    const { xaxis, yaxis } = plot._fullLayout;
    const { left, top } = plot.getBoundingClientRect();
    return [left + xaxis._offset + xaxis.d2p(1), top + yaxis._offset + yaxis.d2p(1)];
  });
  await page.mouse.move(x - 5, y);
  await page.mouse.move(x, y);
  await figure.locator('.hoverlayer .hovertext').first().waitFor();

  const line = () => figure.locator('.scatterlayer .trace path.js-line').first().getAttribute('d');
  const drawn = await line();
  const slider = figure.getByRole('slider');
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await slider.getAttribute('aria-valuetext'), '0.3');
  await page.waitForFunction(
    old => document.querySelector('.scatterlayer .trace path.js-line').getAttribute('d') !== old,
    drawn,
  );

  const answer = page.locator('details').first();
  assert.equal(await answer.getAttribute('open'), null, 'answers are folded');
  await page
    .locator('h2')
    .first()
    .evaluate(heading => {
      heading.tabIndex = -1;
      heading.focus();
    });
  await tabTo(page, 'details > summary');
  await page.keyboard.press('Enter');
  await answer.locator('p').first().waitFor({ state: 'visible' });

  const [previous, next] = await Promise.all(
    ['a.prev-page', 'a.next-page'].map(link => page.locator(link).getAttribute('href')),
  );
  assert.match(previous, /08-ppo-kl\.html$/);
  assert.match(next, /10-ppo-in-practice\.html$/);
  await page.close();
});

/** What a dial shows when it has nothing left to compute. */
async function shown(page, name) {
  const dial = page.locator(`#dial-${name}`);
  await dial.scrollIntoViewIfNeeded();
  await page.waitForFunction(
    id => {
      const { ariaBusy } = document.getElementById(id);
      return ariaBusy === 'false';
    },
    `dial-${name}`,
    { timeout: 60_000 },
  );
  return dial.evaluate(form => ({
    data: form.querySelector('.pglab-drawing').data,
    alt: form.querySelector('.pglab-drawing').getAttribute('aria-label'),
    text: form.querySelector('.pglab-said').textContent,
    pictures: form.querySelectorAll('.pglab-animation > svg').length,
    steps: form.querySelector('.pglab-animation > svg title')?.textContent,
  }));
}

/** The same of a dial computed in Node. */
async function inNode(name, places) {
  const { figure, alt, text, svg } = asShown(await DIALS[name](settingsOf(name, places)));
  const steps = svg?.match(/<title>(.*?)<\/title>/)[1];
  return { data: figure.data, alt, text, pictures: svg ? 1 : 0, steps };
}

test('a key moves a slider, and the browser then computes what Node computes, byte for byte', {
  skip,
}, async () => {
  const page = await open('lecture-live.html');
  for (const [name, sliders] of Object.entries(SLIDERS)) {
    const [[setting, { start }]] = Object.entries(sliders);
    assert.deepEqual(await shown(page, name), await inNode(name, {}), name);
    await page.locator(`#dial-${name} [name=${setting}]`).focus();
    await page.keyboard.press('ArrowRight');
    const { data, text } = await shown(page, name);
    const expected = await inNode(name, { [setting]: start + 1 });
    assert.equal(text, expected.text);
    // A dial may keep the curve of its last run beside the new one.
    assert.deepEqual(data.slice(0, expected.data.length), expected.data, name);
  }
  await page.close();
});

test('the dials begin with the pictures of the demo', async () => {
  const demo = readNotebook(listNotebooks(['demo'])[0]);
  const figures = demo.cells.flatMap(({ outputs = [] }) =>
    outputs.flatMap(({ data }) => (data?.[PLOTLY] ? [data[PLOTLY]] : [])),
  );
  const [clouds, , steps, dial] = figures.map(({ data }) => data);
  const points = ({ x, y }) => ({ x, y });
  assert.deepEqual((await inNode('training', {})).data.map(points), dial.map(points));
  assert.deepEqual((await inNode('step', {})).data.slice(0, 2).map(points), steps.map(points));
  const printed = demo.cells
    .flatMap(({ outputs = [] }) => outputs.flatMap(({ text }) => text ?? []))
    .join('');
  assert.equal(clouds.length, 2);
  for (const [share, baseline] of [
    [0, 'no baseline'],
    [10, 'time baseline'],
  ]) {
    const { text } = await inNode('noise', { share });
    const numbers = /mean \d+\.\d+, variance \d+\.\d+/.exec(text)[0];
    assert.ok(printed.includes(`${baseline}: ${numbers}`), `${printed} has no ${numbers}`);
  }
});

test('what a drag passes over is given up, and the newest value stands', { skip }, async () => {
  const page = await open('lecture-live.html');
  for (const name of ['training', 'race']) {
    const over = 'clipRange';
    await shown(page, name);
    await page.locator(`#dial-${name} .pglab-said`).evaluate(said => {
      globalThis.texts = [];
      new MutationObserver(() => globalThis.texts.push(said.textContent)).observe(said, { childList: true });
    });
    const slider = page.locator(`#dial-${name} [name=${over}]`);
    await slider.scrollIntoViewIfNeeded();
    const box = await slider.boundingBox();
    const at = share => [box.x + 8 + (box.width - 16) * share, box.y + box.height / 2];
    await page.mouse.move(...at(4 / 9));
    await page.mouse.down();
    for (let i = 0; i <= 9; i++) await page.mouse.move(...at(i / 9));
    await page.mouse.up();
    const { text } = await shown(page, name);
    assert.equal(text, (await inNode(name, { [over]: 9 })).text);
    const texts = await page.evaluate(() => globalThis.texts);
    assert.ok(texts.length > 5, `only ${texts.length} states were shown while the curve grew`);
    const whole = texts.filter(said => / 20,480 steps/.test(said)).length;
    assert.ok(whole <= 5, `${whole} of 10 settings were computed to their end`);
  }
  await page.close();
});

test('a finger moves a slider on a phone, and all fits', { skip }, async () => {
  const page = await open('lecture-live.html', { width: 390, hasTouch: true, isMobile: true });
  await shown(page, 'step');
  const slider = page.locator('#dial-step [name=alpha]');
  const { x, y, width, height } = await slider.boundingBox();
  await page.touchscreen.tap(x + width - 9, y + height / 2);
  const { text } = await shown(page, 'step');
  assert.equal(text, (await inNode('step', { alpha: SLIDERS.step.alpha.values.length - 1 })).text);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
  await page.close();
});

test('the first page follows the slides, and search finds a word', { skip }, async () => {
  const page = await open('index.html');
  const slides = await page.locator('article li li').allInnerTexts();
  assert.ok(slides.length > 25);
  assert.ok(slides.includes('Why a baseline can reduce variance'));
  await page.locator('input[name=q]').fill('Pinsker');
  await page.keyboard.press('Enter');
  const found = page.locator('ul.search li a', { hasText: '07' }).first();
  await found.waitFor();
  await found.click();
  await page.waitForURL(/notebooks\/07-monotonic-improvement\.html/);
  await page.close();
});

test('light and dark by a key, and all of a page within the width of a tablet or a phone', {
  skip,
}, async () => {
  const wide = await open('notebooks/00-start-here.html');
  const background = () => wide.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await tabTo(wide, '.theme-toggle');
  for (let i = 0; i < 3 && (await background()) === light; i++) await wide.keyboard.press('Enter');
  assert.notEqual(await background(), light);
  await wide.close();

  const tablet = await open('notebooks/09-ppo-clip.html', { width: 800 });
  assert.ok((await tablet.evaluate(() => document.documentElement.scrollWidth)) <= 800);
  await tablet.close();

  const phone = await open('notebooks/09-ppo-clip.html', { width: 375, colorScheme: 'dark' });
  const width = await phone.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 375, `${width} pixels wide`);
  await tabTo(phone, 'button.nav-overlay-icon', 10);
  await phone.keyboard.press('Enter');
  await phone.locator('.sidebar-drawer a', { hasText: '12 ·' }).waitFor({ state: 'visible' });
  await phone.close();
});

test('axe-core finds no serious fault on four pages, light and dark', { skip }, async () => {
  for (const [path, colorScheme] of [
    ['index.html', 'dark'],
    ['notebooks/00-start-here.html', 'light'],
    ['notebooks/09-ppo-clip.html', 'dark'],
    ['lecture-live.html', 'light'],
    ['lecture-live.html', 'dark'],
  ]) {
    const page = await open(path, { colorScheme });
    await page.addScriptTag({ path: axe });
    const { violations, passes } = await page.evaluate(() => globalThis.axe.run({ exclude: '.katex-html' }));
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    assert.deepEqual(
      serious.map(({ id, nodes }) => `${id}: ${nodes[0].html}`),
      [],
      path,
    );
    assert.ok(passes.length > 25);
    await page.close();
  }
});

test('all of this asked no other machine for anything, missed no file, and raised no error', { skip }, () => {
  assert.deepEqual(far, []);
  const failed = server.requests.filter(({ status }) => status >= 400);
  assert.deepEqual(failed, []);
  assert.deepEqual(errors, []);
});
