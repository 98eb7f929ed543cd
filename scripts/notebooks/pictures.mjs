/**
 * Pictures of figures, drawn by the real plotly.js in a headless browser, for where nothing interactive runs.
 *
 * A picture is drawn once for a figure and kept as long as the figure's data stay the same, because the same figure
 * drawn on another machine, with other fonts, gives other bytes.
 */

import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { findBrowser, launchBrowser } from './browser.mjs';
import { figuresOf, SVG } from './files.mjs';

const require = createRequire(import.meta.url);
const WIDTH = 760;

/**
 * Gives every figure of `executed` its picture: the one that the same figure had in `before`, else one drawn now. Where
 * nothing can draw, a cell's n-th figure keeps the picture that the cell's n-th figure had.
 * @param draw async figure => SVG text; undefined where there is no browser
 * @param redraw draws also what could be kept
 * @returns {Promise<{ kept: number, drawn: number, stale: number, missing: number }>}
 */
export async function addPictures(executed, before, draw, redraw = false) {
  const old = withPlaces(before).filter(({ output }) => output.data[SVG]);
  const same = new Map(old.map(({ key, output }) => [key, output.data[SVG]]));
  const samePlace = new Map(old.map(({ place, output }) => [place, output.data[SVG]]));
  const counts = { kept: 0, drawn: 0, stale: 0, missing: 0 };
  for (const { output, figure, alt, key, place } of withPlaces(executed)) {
    const drawn = redraw || !same.has(key) ? await draw(figure) : undefined;
    const picture = drawn ? tidySvg(drawn, alt, key) : (same.get(key) ?? samePlace.get(place));
    if (picture) output.data[SVG] = picture;
    counts[drawn ? 'drawn' : same.has(key) ? 'kept' : picture ? 'stale' : 'missing']++;
  }
  return counts;
}

/** A notebook's figures, each with its cell and its rank there. */
function withPlaces(notebook) {
  const seen = new Map();
  return figuresOf(notebook).map(entry => {
    const rank = seen.get(entry.cell) ?? 0;
    seen.set(entry.cell, rank + 1);
    return { ...entry, place: `${entry.cell}/${rank}` };
  });
}

/** A page with plotly.js that draws figures; null where the machine has no browser. */
async function openPage() {
  const path = findBrowser();
  if (!path) return null;
  const browser = await launchBrowser(path);
  const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
  await page.setContent('<!doctype html><meta charset="utf-8"><body></body>');
  await page.addScriptTag({ path: require.resolve('plotly.js-dist') });
  return { page, browser };
}

/** Draws figures; the browser starts with the first one. `draw` gives undefined where the machine has none. */
export function pictureStudio() {
  let opened;
  return {
    async draw(figure) {
      opened ??= openPage();
      const { page } = (await opened) ?? {};
      return page?.evaluate(drawInPage, { figure, width: WIDTH });
    },
    async close() {
      await (await opened)?.browser.close();
    },
  };
}

/** Runs in the page: a figure as SVG text. What only a live figure can use (sliders) is left out of the picture. */
async function drawInPage({ figure, width }) {
  const { data, layout } = JSON.parse(JSON.stringify(figure));
  const height = layout.height ?? 400;
  const { sliders, updatemenus, autosize, ...still } = layout;
  const room = sliders ? 70 : 0;
  if (room) still.margin = { ...still.margin, b: still.margin.b - room };
  const holder = document.body.appendChild(document.createElement('div'));
  const options = { staticPlot: true, responsive: false };
  await Plotly.newPlot(holder, data, { ...still, width, height: height - room }, options);
  const uri = await Plotly.toImage(holder, { format: 'svg', width, height: height - room });
  Plotly.purge(holder);
  holder.remove();
  return decodeURIComponent(uri.slice(uri.indexOf(',') + 1));
}

/**
 * plotly's SVG made small and steady: long decimals cut to two where they draw (a text keeps its own: 0.005 on an axis),
 * random ids replaced by ones that come from the figure, and its alternative text put in.
 */
export function tidySvg(svg, alt, key) {
  const id = createHash('sha256').update(key).digest('hex').slice(0, 8);
  const uid = /id="defs-([0-9a-f]{6})"/.exec(svg)?.[1];
  const title = alt.replace(/[&<>"]/g, c => `&#${c.codePointAt(0)};`);
  return (uid ? svg.replaceAll(uid, id) : svg)
    .replace(/<[^>]*>/g, tag => tag.replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, toTwoDecimals))
    .replace(/ (?:data-unformatted|data-math|data-notex|pointer-events)="[^"]*"/g, '')
    .replace(/ class="(?:main-svg|bglayer|layer-[a-z]+|[a-z]*layer|draglayer|cursor-[a-z]+)"/g, '')
    .replace(/pointer-events: [a-z]+; ?/g, '')
    .replace(/<g(?: class="[^"]*")?\/>|<g(?: class="[^"]*")?><\/g>/g, '')
    .replace(
      /^<svg([^>]*)>/,
      (_, attributes) => `<svg${attributes} role="img" aria-label="${title}"><title>${title}</title>`,
    );
}

const toTwoDecimals = number => String(Math.round(Number(number) * 100) / 100);
