/** The theme: what is drawn shows on white and on #111, since figures stand on the page of either theme. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  barChart,
  colorOf,
  type Figure,
  forestChart,
  frozenLake,
  heatmapGrid,
  histogramChart,
  lineChart,
  palette,
  panels,
  scatterChart,
  slider,
} from 'pglab';

const GROUNDS = ['#ffffff', '#111111'];
/** WCAG 2.1: relative luminance of #rrggbb. */
function luminance(color: string): number {
  assert.match(color, /^#[0-9a-f]{6}$/i);
  const [r, g, b] = [1, 3, 5].map(at => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
/** WCAG 2.1: contrast of two colours, from 1 to 21. */
function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}
const least = (color: string) => Math.min(...GROUNDS.map(ground => contrast(color, ground)));

const points = { x: [1, 2, 3], y: [1, 4, 8], low: [0.5, 3, 7], high: [2, 5, 9] };
const titles = { xTitle: 'x', yTitle: 'y' };
const line = lineChart({ a: points, b: points }, { ...titles, title: 'title' });
const figures: Record<string, Figure> = {
  line,
  scatter: scatterChart({ a: points }, { ...titles, fit: true }),
  bar: barChart({ a: [{ label: 'a', value: 1, low: 0, high: 2 }] }, { ...titles, dots: { exact: [1] } }),
  histogram: histogramChart({ a: [1, 2, 3] }, { xTitle: 'x', marks: { here: 2, there: 3 } }),
  forest: forestChart({ a: { estimate: 2, low: 1, high: 3 } }, { xTitle: 'x' }),
  panels: panels([line, line], { title: 'both' }),
  slider: slider([1, 2], () => line),
};

test('the formulas are those of WCAG: black on white is 21 to 1, #777777 on white 4.48', () => {
  assert.ok(Math.abs(contrast('#000000', '#ffffff') - 21) < 1e-12);
  assert.ok(Math.abs(contrast('#777777', '#ffffff') - 4.48) < 0.005);
});

test('lines have a contrast of at least 3 to 1 on white and on #111', () => {
  assert.equal(new Set(palette).size, 7);
  for (const color of palette) assert.ok(least(color) >= 3, `${color}: ${least(color)}`);
});

test('text has nearly the contrast that one colour can have on both: sqrt(18.9) = 4.345', () => {
  // (1.05) / (L + 0.05) falls with L as (L + 0.05) / (L_dark + 0.05) rises; their product is fixed.
  const most = Math.sqrt(contrast('#ffffff', '#111111'));
  assert.ok(most < 4.35);
  for (const [name, { layout }] of Object.entries(figures)) {
    const { color } = layout.font as { color: string };
    assert.ok(least(color) >= 4.33, `${name}: ${color} has ${least(color)}`);
    assert.ok(least(color) <= most);
  }
});

test('figures have no ground of their own', () => {
  for (const [name, { layout }] of Object.entries(figures))
    for (const ground of ['paper_bgcolor', 'plot_bgcolor'] as const)
      assert.equal(layout[ground], 'rgba(0,0,0,0)', name);
});

/** Every #rrggbb in a figure's traces and axes, with its place. */
function colorsOf(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return /^#[0-9a-f]{6}$/i.test(value) ? [[path, value]] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => colorsOf(inner, `${path}.${key}`));
}

test('every solid colour of a figure shows on both grounds', () => {
  for (const [name, { data, layout }] of Object.entries(figures)) {
    const { sliders: _, ...rest } = layout; // a slider's handle has a border
    const colors = colorsOf({ data, rest });
    assert.ok(colors.length > 3);
    for (const [place, color] of colors)
      assert.ok(least(color) >= 3, `${name}${place}: ${color} has ${least(color)}`);
  }
});

test('a heat map brings its own ground', () => {
  const { data, layout } = heatmapGrid(frozenLake(), new Float64Array(16), { valueTitle: 'V' });
  assert.equal(layout.plot_bgcolor, 'rgba(0,0,0,0)');
  assert.ok(data[0].colorscale);
  assert.equal(colorOf(7), palette[0]);
});
