/** Charts: the numbers that a figure holds are the ones that went in, or follow from them by hand. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  barChart,
  cleanFigure,
  cliffWalking,
  corridor,
  describeFigure,
  type Figure,
  frozenLake,
  heatmapChart,
  heatmapGrid,
  histogramChart,
  learningCurves,
  lineChart,
  panels,
  scatterChart,
  withSlider,
} from 'pglab';

const labels = { xTitle: 'time <i>t</i> [s]', yTitle: 'return <i>G</i><sub>0</sub>' };
// biome-ignore lint/suspicious/noExplicitAny: a figure's inside is untyped JSON.
const inside = (figure: Figure): any => JSON.parse(JSON.stringify(cleanFigure(figure)));

test('a line chart keeps its data, names its series and titles its axes', () => {
  const { data, layout } = inside(
    lineChart({ a: { x: [1, 2], y: [3, 4] }, b: { x: [1, 2], y: [5, 6] } }, labels),
  );
  assert.deepEqual(
    data.map((t: { name: string; x: number[]; y: number[] }) => [t.name, t.x, t.y]),
    [
      ['a', [1, 2], [3, 4]],
      ['b', [1, 2], [5, 6]],
    ],
  );
  assert.equal(layout.xaxis.title.text, labels.xTitle);
  assert.equal(layout.yaxis.title.text, labels.yTitle);
  assert.equal(layout.showlegend, true);
  assert.notEqual(data[0].line.color, data[1].line.color);
  assert.notEqual(data[0].line.dash, data[1].line.dash);
});

test('a learning curve is a line through the means and one closed outline of its interval', () => {
  const { data } = inside(
    learningCurves({
      a: [
        { x: 0, mean: 2, low: 1, high: 4 },
        { x: 1, mean: 3, low: Number.NaN, high: 4 },
        { x: 2, mean: 5, low: 4, high: 7 },
      ],
    }),
  );
  assert.deepEqual(data[0].x, [0, 2, 2, 0]);
  assert.deepEqual(data[0].y, [4, 7, 4, 1]);
  assert.equal(data[0].fill, 'toself');
  assert.deepEqual(data[1].y, [2, 3, 5]);
});

test('histograms share their bins, count every sample once, and have area 1 as densities', () => {
  const samples = { a: [0, 1, 1, 4], b: Float64Array.of(2, 3, 3.9, 4) };
  const counts = inside(histogramChart(samples, { xTitle: 'g', bins: 4, measure: 'count' })).data;
  assert.deepEqual(counts[0].y, [1, 2, 0, 1]);
  assert.deepEqual(counts[1].y, [0, 0, 1, 3]);
  assert.deepEqual(counts[0].x, [0.5, 1.5, 2.5, 3.5]);
  assert.deepEqual(counts[0].x, counts[1].x);
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 50 }),
      fc.integer({ min: 1, max: 60 }),
      (values, bins) => {
        const [trace] = histogramChart({ a: values }, { xTitle: 'g', bins }).data;
        const area = (trace.y as number[]).reduce((sum, y) => sum + y, 0) * (trace.width as number);
        return Math.abs(area - 1) < 1e-9;
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});

test('a mark stands at its value, as high as the tallest bar', () => {
  const { data } = inside(
    histogramChart({ a: [0, 0, 1, 2] }, { xTitle: 'g', bins: 2, measure: 'count', marks: { exact: 0.7 } }),
  );
  assert.deepEqual([data[1].name, data[1].x, data[1].y], ['exact', [0.7, 0.7], [0, 2]]);
});

test('a fit is a power law on logarithmic axes, and a line on plain ones', () => {
  const x = [1, 2, 4, 8, 16];
  const fitted = (y: number[], options: object) =>
    inside(scatterChart({ a: { x, y } }, { ...labels, fit: true, ...options })).data[1];
  const power = fitted(
    x.map(v => 8 / v),
    { xLog: true, yLog: true },
  );
  assert.equal(power.name, 'slope −1');
  assert.deepEqual(power.x, [1, 16]);
  assert.deepEqual(power.y, [8, 0.5]);
  const line = fitted(
    x.map(v => 2 - 7 * v),
    {},
  );
  assert.equal(line.name, 'slope −7');
  assert.deepEqual(line.y, [-5, -110]);
  assert.throws(() => fitted([1, 1, 1, 1, 0], { xLog: true, yLog: true }), /y of 'a'\[4\] is 0, but must be/);
});

test('error bars reach exactly from low to high', () => {
  const { data } = inside(scatterChart({ a: { x: [1, 2], y: [5, 6], low: [4, 3], high: [7, 6.5] } }, labels));
  assert.deepEqual(data[0].error_y.array, [2, 0.5]);
  assert.deepEqual(data[0].error_y.arrayminus, [1, 3]);
  const bars = inside(barChart({ a: [{ label: 'PPO', value: 5, low: 4, high: 7 }] }, { yTitle: 'G' })).data;
  assert.deepEqual([bars[0].error_y.array, bars[0].error_y.arrayminus], [[2], [1]]);
});

test("a range given for a logarithmic axis is in the axis' own numbers", () => {
  const { layout } = inside(
    lineChart({ a: { x: [1, 2], y: [1, 2] } }, { ...labels, xLog: true, xRange: [1, 1000] }),
  );
  assert.deepEqual(layout.xaxis.range, [0, 3]);
});

test('a grid shows state s at row floor(s / columns), with letters and the likeliest action', () => {
  const lake = frozenLake();
  const policy = new Float64Array(64).fill(0.25);
  policy.set([0, 0, 1, 0], 4); // state 1: right
  policy.set([0.5, 0, 0, 0.5], 8); // state 2: left or up
  const values = Float64Array.from({ length: 16 }, (_, s) => s);
  values[3] = Number.NaN;
  const [grid] = inside(heatmapGrid(lake, values, { valueTitle: 'V', policy, digits: 0 })).data;
  assert.deepEqual(grid.z, [
    [0, 1, 2, null],
    [4, 5, 6, 7],
    [8, 9, 10, 11],
    [12, 13, 14, 15],
  ]);
  assert.deepEqual(grid.text[0], ['<b>S</b><br>0', '→<br>1', '←↑<br>2', '']);
  assert.equal(grid.text[1][1], '<b>H</b><br>5');
  assert.throws(() => heatmapGrid(lake, [1, 2], { valueTitle: 'V' }), /values has length 2.*16 cells/);
  assert.throws(
    () => heatmapGrid(lake, values, { valueTitle: 'V', policy: [1] }),
    /options.policy has length 1/,
  );
});

test('a narrow grid has its colour bar next to it, by its own width in pixels; a wide one or a panel at the end', () => {
  const row = heatmapGrid(corridor({ length: 3 }), [1, 2, 3], { valueTitle: 'V', height: 168 });
  assert.deepEqual(
    [
      inside(row).data[0].colorbar.x,
      inside(row).data[0].colorbar.xpad,
      inside(row).layout.xaxis.constraintoward,
    ],
    [0, 3 * 100 + 12, 'left'], // cells of 168 - 68 pixels, and a gap
  );
  const wide = inside(heatmapGrid(cliffWalking(), new Float64Array(48), { valueTitle: 'V' }));
  assert.deepEqual([wide.data[0].colorbar.x, wide.layout.xaxis.constraintoward], [undefined, undefined]);
  const { data, layout } = inside(panels([row, row]));
  assert.ok(data[0].colorbar.x > layout.xaxis.domain[1] && data[0].colorbar.x < layout.xaxis2.domain[0]);
  assert.deepEqual([data[0].colorbar.xpad, layout.xaxis.constraintoward], [undefined, undefined]);
});

test('a heat map shows matrix[r][c] at column c of row r, the first row on top', () => {
  const matrix = [[1, 2, Number.NaN], Float64Array.of(4, 5, 6)];
  const { data, layout } = inside(heatmapChart(matrix, { ...labels, valueTitle: 'w' }));
  assert.deepEqual(
    [data[0].x, data[0].y],
    [
      [0, 1, 2],
      [0, 1],
    ],
  );
  assert.deepEqual(data[0].z, [
    [1, 2, null],
    [4, 5, 6],
  ]);
  assert.deepEqual([layout.yaxis.autorange, data[0].colorbar.title.text], ['reversed', 'w']);
  const named = inside(heatmapChart(matrix, { ...labels, x: [1, 10, 100], y: [7, 8], range: [0, 9] }))
    .data[0];
  assert.deepEqual([named.x, named.y, named.zmin, named.zmax], [[1, 10, 100], [7, 8], 0, 9]);
  assert.throws(() => heatmapChart([], labels), /matrix is \[\], but must hold at least one row/);
  assert.throws(
    () => heatmapChart([[1, 2], [3]], labels),
    /matrix\[1\] has length 1, but must have length 2/,
  );
  assert.throws(() => heatmapChart(matrix, { ...labels, x: [1] }), /options.x has length 1.* 3 columns/);
  assert.throws(() => heatmapChart(matrix, { ...labels, y: [1] }), /options.y has length 1.* 2 rows/);
});

test('panels have axes of their own, side by side without overlap, and one legend entry a name', () => {
  const one = lineChart({ a: { x: [1], y: [2] }, b: { x: [1], y: [3] } }, { ...labels, title: 'left' });
  const { data, layout } = inside(panels([one, one, one], { columns: 2 }));
  assert.deepEqual(
    data.map((t: { xaxis: string }) => t.xaxis),
    ['x', 'x', 'x2', 'x2', 'x3', 'x3'],
  );
  assert.deepEqual(
    data.map((t: { showlegend: boolean }) => t.showlegend),
    [true, true, false, false, false, false],
  );
  assert.ok(layout.xaxis.domain[1] < layout.xaxis2.domain[0]);
  assert.ok(layout.yaxis3.domain[1] < layout.yaxis.domain[0]);
  assert.ok(layout.xaxis2.domain[1] <= 1 && layout.yaxis3.domain[0] > -1e-9);
  assert.equal(layout.annotations.length, 3);
});

test('a slider shows one step at a time over axes that hold them all', () => {
  const step = (y: number) => lineChart({ a: { x: [0, 10], y: [0, y] } }, labels);
  const { data, layout } = inside(
    withSlider(
      [
        { label: '0.5', figure: step(1) },
        { label: '0', figure: step(9) },
      ],
      { prefix: 'λ = ', start: 1 },
    ),
  );
  assert.deepEqual(
    data.map((t: { visible: boolean }) => t.visible),
    [false, true],
  );
  assert.deepEqual(
    layout.sliders[0].steps.map((s: { label: string; args: [{ visible: boolean[] }] }) => [
      s.label,
      s.args[0].visible,
    ]),
    [
      ['0.5', [true, false]],
      ['0', [false, true]],
    ],
  );
  assert.ok(layout.yaxis.range[0] <= 0 && layout.yaxis.range[1] >= 9);
  assert.throws(() => withSlider([{ label: 'a', figure: step(1) }]), /at least two/);
});

test('a legend hangs from the top of the figure, also among panels and over a slider, so that resizing leaves it there', () => {
  const top = ({ layout }: Figure): number => {
    const { y, yref, yanchor } = layout.legend as { y: number; yref: string; yanchor: string };
    assert.deepEqual([yref, yanchor], ['container', 'top']);
    return (1 - y) * (layout.height as number);
  };
  const series = { a: { x: [1, 2], y: [3, 4] }, b: { x: [1, 2], y: [5, 6] } };
  const plain = lineChart(series, labels);
  const titled = lineChart(series, { ...labels, title: 'heading' });
  assert.ok(Math.abs(top(titled) - top(plain) - 34) < 1e-9);
  const both = panels([titled, titled]);
  assert.ok(Math.abs(top(both) - top(plain)) < 1e-9);
  const steps = [1, 2].map(i => ({ label: String(i), figure: panels([titled], { title: `${i}` }) }));
  assert.ok(Math.abs(top(withSlider(steps)) - top(titled)) < 1e-9);
});

test('a clean figure is JSON: typed arrays are lists, what is not finite is null, numbers have seven digits', () => {
  const figure = {
    data: [
      {
        type: 'scatter',
        x: Float32Array.of(0.1, 1 / 3),
        y: [Number.NaN, Infinity, -0, 1 / 3, 1e-9 / 3, 123456789],
        z: undefined,
      },
    ],
    layout: { b: 1, a: 2 },
  };
  const clean = cleanFigure(figure);
  assert.deepEqual(clean.data[0], {
    type: 'scatter',
    x: [0.1, 0.3333333],
    y: [null, null, 0, 0.3333333, 3.333333e-10, 123456789],
  });
  assert.equal(JSON.stringify(clean.layout), '{"a":2,"b":1}');
  assert.equal(JSON.stringify(cleanFigure(clean)), JSON.stringify(clean));
});

test('what is not a figure is refused with its place', () => {
  const bad = (figure: unknown) => () => cleanFigure(figure as Figure);
  assert.throws(bad(3), {
    name: 'TypeError',
    message: 'figure is 3, but must be a figure, such as lineChart makes.',
  });
  assert.throws(bad({ data: [], layout: {} }), /figure.data is \[\]/);
  assert.throws(
    bad({ data: [{ x: [1] }], layout: {} }),
    /figure.data\[0\] is an object, but must be a trace/,
  );
  assert.throws(
    bad({ data: [{ type: 'bar', x: [() => 1] }], layout: {} }),
    /figure.data\[0\].x\[0\] is a function/,
  );
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  assert.throws(bad({ data: [{ type: 'bar' }], layout: loop }), /figure.layout.self contains itself/);
});

test("a figure leaves resizing to the page: both at it make it vanish when JupyterLab's window changes", () => {
  const { config, layout } = inside(lineChart({ a: { x: [1], y: [2] } }, labels));
  assert.equal(config.responsive, undefined);
  assert.equal(layout.width, undefined);
  assert.equal(layout.height, 400);
});

test('bad data is refused by name', () => {
  assert.throws(
    () => lineChart({ a: { x: [1, 2], y: [1] } }, labels),
    /series 'a' has 2 values of x but 1 of y/,
  );
  assert.throws(
    () => lineChart({ a: { x: [1], y: [1], low: [0] } }, labels),
    /series 'a' has only low, but an interval needs both/,
  );
  assert.throws(
    () => lineChart({ a: { x: [1], y: [1] } }, { ...labels, shape: 'hv' as 'steps' }),
    /options.shape is "hv", but must be 'linear' or 'steps'/,
  );
  assert.throws(
    () => histogramChart({ a: [1] }, { xTitle: 'g', measure: 'share' as 'count' }),
    /options.measure is "share", but must be 'density' or 'count'/,
  );
  assert.throws(
    () => histogramChart({ a: [1] }, { xTitle: 'g', xRange: [2, 1] }),
    /options.xRange is \[2, 1\], but must be \[low, high\] with low below high/,
  );
  assert.throws(() => lineChart({}, labels), /series is an object, but must be an object from each series/);
  assert.throws(() => histogramChart({ a: [1, Number.NaN] }, { xTitle: 'g' }), /samples 'a'\[1\] is NaN/);
});

test('a figure without alternative text is described by its titles and series', () => {
  const figure = lineChart(
    { 'G<sub>t</sub>': { x: [1], y: [2] }, b: { x: [1], y: [2] } },
    { ...labels, title: 'CartPole' },
  );
  assert.equal(describeFigure(figure), 'Chart of CartPole: return G_0 against time t [s] (G_t, b).');
});
