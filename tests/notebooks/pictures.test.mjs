/** Pictures are drawn when a figure's data change, and only then; the comparison of outputs sees what matters. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findBrowser } from '../../scripts/notebooks/browser.mjs';
import { firstDifference } from '../../scripts/notebooks/compare.mjs';
import { PLOTLY, SVG } from '../../scripts/notebooks/files.mjs';
import { addPictures, pictureStudio, tidySvg } from '../../scripts/notebooks/pictures.mjs';
import { notebookOf } from './helpers.mjs';

const figure = y => ({
  data: [{ type: 'scatter', x: [1, 2], y: [1, y], name: 'series' }],
  layout: { xaxis: { title: { text: 'time' } }, height: 300 },
});

/** A notebook with one cell whose outputs are these figures. */
function withFigures(...figures) {
  const notebook = notebookOf('show(...)');
  notebook.cells[0].execution_count = 1;
  notebook.cells[0].outputs = figures.map(content => ({
    output_type: 'display_data',
    data: { [PLOTLY]: content, 'text/plain': 'figure' },
    metadata: { alt: 'A line' },
  }));
  return notebook;
}

const svgs = notebook => notebook.cells[0].outputs.map(output => output.data[SVG]);
const draw = async content => `<svg>${content.data[0].y[1]}</svg>`;
const none = async () => undefined;

test('a figure is drawn once, kept while its data stay, and drawn anew when they change', async () => {
  const first = withFigures(figure(1), figure(2));
  assert.deepEqual(await addPictures(first, withFigures(), draw), {
    kept: 0,
    drawn: 2,
    stale: 0,
    missing: 0,
  });
  const second = withFigures(figure(2), figure(3));
  assert.deepEqual(await addPictures(second, first, draw), { kept: 1, drawn: 1, stale: 0, missing: 0 });
  assert.equal(svgs(second)[0], svgs(first)[1]);
  assert.match(svgs(second)[1], />3<\/svg>$/);
  const third = withFigures(figure(2), figure(3));
  assert.deepEqual(await addPictures(third, second, draw, true), { kept: 0, drawn: 2, stale: 0, missing: 0 });
});

test('without a browser pictures stay, and a new figure has none', async () => {
  const first = withFigures(figure(1));
  await addPictures(first, withFigures(), draw);
  const second = withFigures(figure(9), figure(1), figure(5));
  assert.deepEqual(await addPictures(second, first, none), { kept: 1, drawn: 0, stale: 1, missing: 1 });
  assert.deepEqual(svgs(second), [svgs(first)[0], svgs(first)[0], undefined]);
  assert.deepEqual(await addPictures(withFigures(figure(1)), first, none, true), {
    kept: 1,
    drawn: 0,
    stale: 0,
    missing: 0,
  });
});

test('tidying rounds what is drawn and no text, steadies ids and puts the alternative text in', () => {
  const raw =
    '<svg class="main-svg" width="7"><defs id="defs-a1b2c3"/><g/><path clip-path="url(#clipa1b2c3)" d="M1.23456,-7.5e1L0.5,12.00001"/><text x="1.23456">λ = 0.001</text></svg>';
  const tidy = tidySvg(raw, 'a < "b"', 'key');
  assert.match(
    tidy,
    /^<svg width="7" role="img" aria-label="a &#60; &#34;b&#34;"><title>a &#60; &#34;b&#34;<\/title>/,
  );
  assert.match(tidy, /M1\.23,-7\.5e1L0\.5,12"/);
  assert.match(tidy, /<text x="1\.23">λ = 0\.001<\/text>/);
  assert.doesNotMatch(tidy, /a1b2c3|<g\/>/);
  assert.equal(tidy, tidySvg(raw.replaceAll('a1b2c3', 'ffffff'), 'a < "b"', 'key'));
});

test('the comparison leaves pictures of figures out, and nothing else', async () => {
  const committed = withFigures(figure(1));
  await addPictures(committed, withFigures(), draw);
  assert.equal(firstDifference(committed, withFigures(figure(1))), null);
  assert.match(
    firstDifference(committed, withFigures(figure(1.5)), 'n'),
    /^n, cell 1, output 1 of 1 differs in application\/vnd\.plotly\.v1\+json: at character \d+, committed .*, executed .*1\.5/,
  );
  assert.match(firstDifference(committed, withFigures()), /output 1 of 1 is missing/);
  assert.match(firstDifference(withFigures(), committed), /output 1 of 1 is new/);
  const animation = svg => {
    const notebook = notebookOf('animate(...)');
    notebook.cells[0].outputs = [{ output_type: 'display_data', data: { [SVG]: svg }, metadata: {} }];
    return notebook;
  };
  assert.equal(firstDifference(animation(['<svg>\n', '1']), animation('<svg>\n1')), null);
  assert.match(firstDifference(animation('<svg>1'), animation('<svg>2')), /differs in image\/svg\+xml/);
});

test('the browser is the one that PGLAB_BROWSER names, and "none" is none', () => {
  assert.equal(findBrowser({ PGLAB_BROWSER: process.execPath }), process.execPath);
  assert.equal(findBrowser({ PGLAB_BROWSER: 'none' }), undefined);
  assert.equal(findBrowser({ PATH: '' }, 'win32'), undefined);
});

test('the real plotly.js draws a figure as a small picture that stands by itself', {
  skip: findBrowser() ? false : 'no Chromium, Chrome or Edge on this machine',
}, async t => {
  const studio = pictureStudio();
  t.after(() => studio.close());
  const notebook = withFigures(figure(2));
  await addPictures(notebook, withFigures(), studio.draw);
  const [svg] = svgs(notebook);
  assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]*viewBox="0 0 760 300"/);
  assert.match(svg, /<title>A line<\/title>/);
  assert.match(svg, />time<\/text>/);
  assert.ok(svg.length < 20_000, String(svg.length));
  assert.doesNotMatch(svg, /(?:href|src)="(?!#)/, 'nothing is fetched');
});
