/** The pieces that notebooks' charts are made of: series, curves, bands over seeds, overlays, forests, landscapes, sliders. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  barChart,
  cleanFigure,
  curve,
  curveInterval,
  type Figure,
  forestChart,
  landscapeChart,
  learningCurves,
  lineChart,
  overlay,
  palette,
  Rng,
  scatterChart,
  seedBand,
  series,
  slider,
} from 'pglab';

const titles = { xTitle: 'x', yTitle: 'y' };
// biome-ignore lint/suspicious/noExplicitAny: a figure's inside is untyped JSON.
const inside = (figure: Figure): any => JSON.parse(JSON.stringify(cleanFigure(figure)));

test('a curve takes its heights, and intervals where there are any, from a function', () => {
  assert.deepEqual(
    curve([1, 2, 3], (x, i) => x * x + i),
    { x: [1, 2, 3], y: [1, 5, 11] },
  );
  const banded = curve([1, 2], x => ({ estimate: x, low: x - 1, high: x + 2 }));
  assert.deepEqual(banded, { x: [1, 2], y: [1, 2], low: [0, 1], high: [3, 4] });
  assert.throws(
    () => curve([1, 2], x => (x === 1 ? { estimate: 1, low: 0, high: 2 } : 5)),
    /f\(x\[1\]\) is 5, but must be an interval/,
  );
  assert.throws(() => curve(3 as unknown as number[], x => x), /x is 3, but must be a list of numbers/);
});

test('series name what a function makes of a list or of an object', () => {
  assert.deepEqual(
    series([0.5, 0.9], (gamma, i) => gamma + i),
    { 0.5: 0.5, 0.9: 1.9 },
  );
  assert.deepEqual(
    series(
      [1, 2],
      n => 2 * n,
      n => `n = ${n}`,
    ),
    { 'n = 1': 2, 'n = 2': 4 },
  );
  assert.deepEqual(
    series(
      { a: 1, b: 2 },
      (value, name) => `${name}${value}`,
      name => name.toUpperCase(),
    ),
    { A: 'a1', B: 'b2' },
  );
  assert.throws(
    () =>
      series(
        [1, 2],
        n => n,
        () => 'same',
      ),
    /two items have the name 'same', but each must have its own/,
  );
});

test('a band breaks where a point of it is missing, as the line does', () => {
  const nothing = Number.NaN;
  const points = { x: [0, 1, 2, 3, 4], y: [1, 1, nothing, 1, 1], low: [0, 0, nothing, 0, 0] };
  const { data } = lineChart(
    { a: { ...points, high: [2, 2, nothing, 2, nothing] } },
    { xTitle: 'x', yTitle: 'y' },
  );
  assert.deepEqual(data[0].x, [0, 1, 1, 0, null, 3, 3]);
  assert.deepEqual(data[0].y, [2, 2, 0, 0, null, 2, 0]);
});

test('the band over seeds is that of curveInterval, from runs as from curves', () => {
  const curves = [
    [1, 2, 4],
    [3, 5, 6],
    [2, 2, 2],
  ];
  const { estimate, low, high } = curveInterval(curves, { rng: new Rng(3), resamples: 50 });
  const expected = [10, 20, 30].map((x, i) => ({ x, mean: estimate[i], low: low[i], high: high[i] }));
  const options = { seed: 3, resamples: 50 };
  assert.deepEqual(seedBand({ x: [10, 20, 30], curves }, options), expected);
  const runs = curves.map(returns => ({
    history: returns.map((meanReturn, iteration) => ({ iteration, meanReturn })),
  }));
  assert.deepEqual(
    seedBand(runs, options),
    expected.map((point, k) => ({ ...point, x: k + 1 })),
  );
  const drawn = { raw: learningCurves({ a: { x: [10, 20, 30], curves } }, options) };
  assert.deepEqual(drawn.raw, learningCurves({ a: expected }));
  assert.deepEqual(
    learningCurves({ a: runs }, options),
    learningCurves({ a: expected.map((point, k) => ({ ...point, x: k + 1 })) }),
  );
  assert.throws(
    () => seedBand({ x: [1], curves }),
    /curves\[0\] has length 3, but must have one value for each of the 1 x/,
  );
  assert.throws(
    () => learningCurves({ a: 3 as unknown as [] }),
    /series 'a' is 3, but must be a list of \{ x, mean, low, high \}/,
  );
});

test('colours, names on the axis and texts beside points are as they are given', () => {
  const { data, layout } = inside(
    lineChart(
      { a: { x: [0, 1], y: [2, 3], text: ['one', 'two'] }, b: { x: [0, 1], y: [1, 1] } },
      { ...titles, colors: [6, 1], xNames: ['first', '∞'] },
    ),
  );
  assert.deepEqual(
    data.map((trace: { line: { color: string } }) => trace.line.color),
    [palette[6], palette[1]],
  );
  assert.deepEqual(data[0].text, ['one', 'two']);
  assert.equal(data[0].mode, 'lines+markers+text');
  assert.equal(data[1].mode, 'lines+markers');
  assert.deepEqual(
    [layout.xaxis.tickvals, layout.xaxis.ticktext],
    [
      [0, 1],
      ['first', '∞'],
    ],
  );
  assert.throws(
    () => lineChart({ a: { x: [0], y: [2], text: [] } }, titles),
    /series 'a' has 1 values of x but 0 of text/,
  );
  assert.throws(
    () => lineChart({ a: { x: [0], y: [2] } }, { ...titles, colors: [0, 1] }),
    /options.colors is \[0, 1\], but must have one place in the palette for each of 1 series/,
  );
  assert.throws(
    () => lineChart({ a: { x: [0], y: [2] } }, { ...titles, colors: [7] }),
    /options.colors\[0\] is 7, but must be a whole number from 0 to 6/,
  );
  const dots = { a: { x: [0], y: [2] } };
  const cloud = inside(
    scatterChart(dots, { ...titles, size: 5, opacity: 0.5, symbols: ['square'], colors: [2] }),
  );
  assert.deepEqual(cloud.data[0].marker, { color: 'rgba(0,158,115,0.5)', size: 5, symbol: 'square' });
  assert.throws(() => scatterChart(dots, { ...titles, opacity: 2 }), /options.opacity is 2/);
});

test('a series of dots may be empty, of a line or a fit not', () => {
  const none = { a: { x: [], y: [] } };
  assert.deepEqual(inside(scatterChart(none, titles)).data[0].x, []);
  assert.throws(() => scatterChart(none, { ...titles, fit: true }), /series 'a' has no points/);
  assert.throws(() => lineChart(none, titles), /series 'a' has no points/);
});

test('bars carry dots at their labels', () => {
  const bars = {
    sampled: [
      { label: 'a', value: 1 },
      { label: 'b', value: 2 },
    ],
  };
  const { data, layout } = inside(barChart(bars, { yTitle: 'y', dots: { exact: [1.5, 2.5] } }));
  assert.deepEqual([data[1].name, data[1].x, data[1].y], ['exact', ['a', 'b'], [1.5, 2.5]]);
  assert.equal(layout.showlegend, true);
  assert.throws(
    () => barChart(bars, { yTitle: 'y', dots: { exact: [1] } }),
    /dots 'exact' has length 1, but must have one value for each of the 2 labels/,
  );
});

test('an overlay draws the first figure at the bottom, on the axes of the one chosen', () => {
  const theory = lineChart({ theory: { x: [0, 1], y: [0, 1] } }, { ...titles, yTitle: 'theory' });
  const data = scatterChart({ data: { x: [0, 1], y: [0, 2] } }, { ...titles, yTitle: 'data' });
  const both = overlay([theory, data]);
  assert.deepEqual(
    both.data.map(trace => trace.name),
    ['theory', 'data'],
  );
  assert.equal(both.layout, theory.layout);
  assert.equal(overlay([theory, data], { axes: 1 }).layout, data.layout);
  const named = overlay([theory, data], { named: 0 });
  assert.deepEqual(
    named.data.map(trace => trace.showlegend),
    [undefined, false],
  );
  assert.throws(() => overlay([]), /figures is empty/);
  assert.throws(() => overlay([theory], { axes: 1 }), /options.axes is 1, but must be a whole number/);
});

const rows = {
  all: { estimate: 2, low: 1, high: 3 },
  'without a': { estimate: 0.5, low: 0, high: 0.9 },
  'without b + c': { estimate: 2.5, low: 0.95, high: 4 },
  'without d': { estimate: 5, low: 3.5, high: 6 },
};

test("a forest has a row each from the top, its interval, and the first one's as a stripe", () => {
  const { data, layout } = inside(forestChart(rows, { xTitle: 'score' }));
  const [stripe, dots] = data;
  assert.deepEqual(stripe.x, [1, 3, 3, 1]);
  assert.deepEqual(stripe.y, [0.5, 0.5, -3.5, -3.5]);
  assert.deepEqual(
    [dots.x, dots.y],
    [
      [2, 0.5, 2.5, 5],
      [0, -1, -2, -3],
    ],
  );
  assert.deepEqual(dots.error_x.array, [1, 0.4, 1.5, 1]);
  assert.deepEqual(dots.error_x.arrayminus, [1, 0.5, 1.55, 1.5]);
  assert.deepEqual(layout.yaxis.ticktext, ['all', 'without a', 'without b<br>+ c', 'without d']);
  const isOrange = (figure: Figure) =>
    inside(figure).data[1].marker.color.map((color: string) => color === palette[1]);
  assert.deepEqual(isOrange(forestChart(rows, { xTitle: 'score' })), [false, true, false, false]);
  assert.deepEqual(isOrange(forestChart(rows, { xTitle: 'KL', worse: 'above' })), [
    false,
    false,
    false,
    true,
  ]);
  assert.throws(
    () => forestChart({ a: { estimate: 1, low: 0 } as never }, { xTitle: 'x' }),
    /rows 'a'.high is undefined/,
  );
});

test('a landscape has y upwards and its path on top, begun in another colour', () => {
  const ground = {
    x: [0, 1, 2],
    y: [5, 6],
    z: [
      [1, 2, 3],
      [4, 5, 6],
    ],
  };
  const { data, layout } = inside(landscapeChart(ground, { ...titles, path: { x: [0, 2], y: [5, 6] } }));
  assert.deepEqual([data[0].z, data[0].x, data[0].y], [ground.z, ground.x, ground.y]);
  assert.deepEqual(
    [layout.xaxis.range, layout.yaxis.range],
    [
      [0, 2],
      [5, 6],
    ],
  );
  assert.equal(layout.yaxis.autorange, undefined);
  assert.deepEqual(
    [data[1].x, data[1].y],
    [
      [0, 2],
      [5, 6],
    ],
  );
  assert.notEqual(data[1].marker.color[0], data[1].marker.color[1]);
  assert.throws(
    () => landscapeChart(ground, { ...titles, path: { x: [0], y: [] } }),
    /series 'path' has 1 values of x but 0 of y/,
  );
});

test('a slider makes the figure of each value and starts at the one named', () => {
  const made: [number, number][] = [];
  const figureOf = (value: number, i: number) => {
    made.push([value, i]);
    return lineChart({ a: { x: [0, 1], y: [0, value] } }, titles);
  };
  const { data, layout } = inside(
    slider([0.1, 0.5, 2], figureOf, { prefix: 'α = ', start: 0.5, label: value => `${value}!` }),
  );
  assert.deepEqual(made, [
    [0.1, 0],
    [0.5, 1],
    [2, 2],
  ]);
  assert.deepEqual(
    data.map((trace: { y: number[]; visible: boolean }) => [trace.y[1], trace.visible]),
    [
      [0.1, false],
      [0.5, true],
      [2, false],
    ],
  );
  assert.equal(layout.sliders[0].active, 1);
  assert.deepEqual(
    layout.sliders[0].steps.map((step: { label: string }) => step.label),
    ['0.1!', '0.5!', '2!'],
  );
  assert.throws(
    () => slider([1, 2], figureOf, { start: 3 }),
    /options.start is 3, but must be one of the values/,
  );
});

test('unknown options are refused by every new piece', () => {
  const line = lineChart({ a: { x: [0], y: [0] } }, titles);
  const wrong = { colour: 1 } as never;
  for (const call of [
    () => overlay([line], wrong),
    () => slider([1, 2], () => line, wrong),
    () => seedBand({ x: [1], curves: [[1]] }, wrong),
    () => forestChart(rows, { xTitle: 'x', ...(wrong as object) }),
    () => landscapeChart({ x: [0], y: [0], z: [[1]] }, { ...titles, ...(wrong as object) }),
  ])
    assert.throws(call, /colour/);
});
