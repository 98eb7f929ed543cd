/**
 * Charts: data in, figure out. Every function here is pure; give its figure to `show`.
 *
 * Series come as an object from name to data, { 'reward-to-go': {...}, 'with baseline': {...} }: names become the
 * legend, order decides colour and dash. Learning curves are bands, never one lucky run: at each x a mean (or
 * interquartile mean) with an interval over seeds.
 */

import { checkFinite, checkInteger, fail, knownOptions, type OptionNames, show } from '../math/check';
import { linearFit } from '../math/statistics';
import type { GridLayout } from '../mdp/tabularMDP';
import { type Figure, isRecord, type Layout, type Numbers, roundNumber, type Trace } from './figure';
import { axis, CHART_OPTIONS, type ChartOptions, colorOf, dashOf, fade, inTheme } from './theme';

/** Points (x[i], y[i]); with `low` and `high`, [n] each, the ends of an interval around each y. */
export interface Points {
  x: Numbers;
  y: Numbers;
  low?: Numbers;
  high?: Numbers;
}

/** One point of a learning curve: the centre over seeds at x, and its interval [low, high]. */
export interface BandPoint {
  x: number;
  mean: number;
  low: number;
  high: number;
}

/** One bar; with `low` and `high`, the interval of its value. */
export interface Bar {
  label: string;
  value: number;
  low?: number;
  high?: number;
}

type Series<T> = Readonly<Record<string, T>>;

function entries<T>(name: string, series: Series<T>): [string, T][] {
  if (!isRecord(series) || Object.keys(series).length === 0)
    throw new TypeError(
      `${name} is ${show(series)}, but must be an object from each series' name to its data.`,
    );
  return Object.entries(series);
}

function checkPoints(name: string, points: Points): void {
  const length = points?.x?.length;
  if (typeof length !== 'number')
    throw new TypeError(
      `series '${name}' is ${show(points)}, but must be { x, y } with two lists of numbers.`,
    );
  if (length === 0) fail(`series '${name}' has no points, but must have at least one.`);
  for (const field of ['y', 'low', 'high'] as const) {
    const list = points[field];
    if (field === 'y' || list !== undefined)
      if (list?.length !== length)
        fail(
          `series '${name}' has ${length} values of x but ${list?.length ?? 'none'} of ${field}; they must be as many.`,
        );
  }
  if ((points.low === undefined) !== (points.high === undefined))
    fail(
      `series '${name}' has only ${points.low ? 'low' : 'high'}, but an interval needs both low and high.`,
    );
}

/** Throws unless an option is undefined or one of those allowed. */
function checkChoice(name: string, value: string | undefined, ...allowed: string[]): void {
  if (value !== undefined && !allowed.includes(value))
    fail(`${name} is ${show(value)}, but must be ${allowed.map(choice => `'${choice}'`).join(' or ')}.`);
}

/** Both axes; a logarithmic one looks at the data, to label powers of ten only where there are several. */
const cartesian = (o: ChartOptions, series: readonly Points[] = []): Layout => {
  const horizontal = series.map(({ x }) => x);
  const vertical = series.flatMap(({ y, low, high }) => [y, low ?? [], high ?? []]);
  return {
    xaxis: {
      ...axis(o.xTitle, o.xLog, o.xRange),
      ...(o.xLog && logTicks(o.xRange ? [o.xRange] : horizontal)),
    },
    yaxis: { ...axis(o.yTitle, o.yLog, o.yRange), ...(o.yLog && logTicks(o.yRange ? [o.yRange] : vertical)) },
  };
};

function logTicks(lists: readonly Numbers[]): Layout {
  const values = lists.flatMap(list => Array.from(list)).filter(value => value > 0 && value < Infinity);
  const decades = Math.log10(
    values.reduce((a, b) => Math.max(a, b), 0) / values.reduce((a, b) => Math.min(a, b), Infinity),
  );
  return decades >= 1.3
    ? {
        dtick: 1,
        exponentformat: 'power',
        minor: { dtick: 'D1', ticks: 'outside', ticklen: 2, showgrid: false },
      }
    : { dtick: 'D2', tickformat: '.3~g' };
}

/** Distances from each y to its interval's ends, as plotly wants them; undefined when there is no interval. */
function errorBars(y: Numbers, low: Numbers | undefined, high: Numbers | undefined, color: string) {
  if (low === undefined || high === undefined) return undefined;
  return {
    type: 'data',
    symmetric: false,
    array: Array.from(y, (value, i) => high[i] - value),
    arrayminus: Array.from(y, (value, i) => value - low[i]),
    color,
    thickness: 1.3,
    width: 4,
  };
}

/** Options of `lineChart`. */
export interface LineChartOptions extends ChartOptions {
  /** 'linear' joins points; 'steps' holds each value until the next; default 'linear'. */
  shape?: 'linear' | 'steps';
  /** Whether to mark the points; default: when no series has more than 30. */
  markers?: boolean;
}

const LINE_CHART_OPTIONS: OptionNames<LineChartOptions> = {
  shape: 'optional',
  markers: 'optional',
  ...CHART_OPTIONS,
};

/** Lines through points, with a band where a series has `low` and `high`. */
export function lineChart(series: Series<Points>, options: LineChartOptions): Figure {
  knownOptions('lineChart', options, LINE_CHART_OPTIONS);
  const list = entries('series', series);
  checkChoice('options.shape', options.shape, 'linear', 'steps');
  for (const [name, points] of list) checkPoints(name, points);
  const markers = options.markers ?? list.every(([, points]) => points.x.length <= 30);
  const data = list.flatMap(([name, { x, y, low, high }], i): Trace[] => {
    const line: Trace = {
      type: 'scatter',
      mode: markers ? 'lines+markers' : 'lines',
      name,
      legendgroup: name,
      x: Array.from(x),
      y: Array.from(y),
      line: {
        color: colorOf(i),
        dash: dashOf(i),
        width: 2.2,
        shape: options.shape === 'steps' ? 'hv' : undefined,
      },
      marker: markers ? { color: colorOf(i), size: 6 } : undefined,
    };
    return low && high ? [band(name, x, low, high, i), line] : [line];
  });
  return inTheme(
    data,
    cartesian(
      options,
      list.map(([, points]) => points),
    ),
    options,
  );
}

/** The area between `low` and `high` as one closed outline; points where either is not finite are left out. */
function band(name: string, x: Numbers, low: Numbers, high: Numbers, i: number): Trace {
  const there = Array.from(x, (_, k) => k).filter(k => Number.isFinite(low[k]) && Number.isFinite(high[k]));
  const back = [...there].reverse();
  return {
    type: 'scatter',
    mode: 'lines',
    name,
    legendgroup: name,
    showlegend: false,
    hoverinfo: 'skip',
    x: [...there, ...back].map(k => x[k]),
    y: [...there.map(k => high[k]), ...back.map(k => low[k])],
    fill: 'toself',
    fillcolor: fade(colorOf(i), 0.18),
    line: { width: 0, color: colorOf(i) },
  };
}

const LEARNING_CURVES_OPTIONS: OptionNames<
  Omit<LineChartOptions, 'xTitle' | 'yTitle'> & Partial<Pick<ChartOptions, 'xTitle' | 'yTitle'>>
> = {
  shape: 'optional',
  markers: 'optional',
  title: 'optional',
  height: 'optional',
  xLog: 'optional',
  yLog: 'optional',
  xRange: 'optional',
  yRange: 'optional',
  legend: 'optional',
  xTitle: 'optional',
  yTitle: 'optional',
};

/** Learning curves over seeds: the centre as a line, its interval as a band. */
export function learningCurves(
  series: Series<readonly BandPoint[]>,
  options: Omit<LineChartOptions, 'xTitle' | 'yTitle'> &
    Partial<Pick<ChartOptions, 'xTitle' | 'yTitle'>> = {},
): Figure {
  knownOptions('learningCurves', options, LEARNING_CURVES_OPTIONS);
  const points = entries('series', series).map(([name, curve]): [string, Points] => {
    if (!Array.isArray(curve))
      throw new TypeError(
        `series '${name}' is ${show(curve)}, but must be a list of { x, mean, low, high }.`,
      );
    const column = (field: keyof BandPoint) => curve.map((point: BandPoint) => point[field]);
    return [name, { x: column('x'), y: column('mean'), low: column('low'), high: column('high') }];
  });
  return lineChart(Object.fromEntries(points), {
    xTitle: 'iteration',
    yTitle: 'episode return <i>G</i><sub>0</sub>',
    markers: false,
    ...options,
  });
}

/** Options of `histogramChart`. */
export interface HistogramOptions extends Omit<ChartOptions, 'yTitle' | 'yLog' | 'xLog'> {
  yTitle?: string;
  /** Number of bins, common to all series; default 40. */
  bins?: number;
  /** What heights mean: 'density' (area 1, default) or 'count'. */
  measure?: 'density' | 'count';
  /** Values to mark with a vertical line, by name, e.g. { 'exact gradient': 0.31 }. */
  marks?: Series<number>;
}

const HISTOGRAM_OPTIONS: OptionNames<HistogramOptions> = {
  yTitle: 'optional',
  bins: 'optional',
  measure: 'optional',
  marks: 'optional',
  xTitle: 'required',
  title: 'optional',
  height: 'optional',
  xRange: 'optional',
  yRange: 'optional',
  legend: 'optional',
};

/** Overlaid histograms over common bins, so that heights compare. Samples outside `xRange` fall into no bin. */
export function histogramChart(samples: Series<Numbers>, options: HistogramOptions): Figure {
  knownOptions('histogramChart', options, HISTOGRAM_OPTIONS);
  const list = entries('samples', samples);
  const bins = checkInteger('options.bins', options.bins ?? 40, 1);
  checkChoice('options.measure', options.measure, 'density', 'count');
  const marks = Object.entries(options.marks ?? {});
  let [low, high] = options.xRange ?? [Infinity, -Infinity];
  for (const [name, values] of list) {
    if (!(values?.length > 0))
      fail(`samples '${name}' is ${show(values)}, but must hold at least one number.`);
    for (let i = 0; i < values.length; i++) {
      const value = checkFinite(`samples '${name}'[${i}]`, values[i]);
      if (options.xRange === undefined) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
  }
  if (options.xRange && !(low < high))
    fail(`options.xRange is ${show(options.xRange)}, but must be [low, high] with low below high.`);
  // Samples that differ by rounding only share one bin of unit width around them.
  if (high - low <= 1e-12 * Math.max(1, Math.abs(low), Math.abs(high))) [low, high] = [low - 0.5, high + 0.5];
  const width = (high - low) / bins;
  const density = (options.measure ?? 'density') === 'density';
  let tallest = 0;
  const data = list.map(([name, values], i): Trace => {
    const heights = new Array<number>(bins).fill(0);
    const unit = density ? 1 / (values.length * width) : 1;
    for (let k = 0; k < values.length; k++)
      if (values[k] >= low && values[k] <= high)
        heights[Math.min(bins - 1, Math.floor((values[k] - low) / width))] += unit;
    tallest = Math.max(tallest, ...heights);
    return {
      type: 'bar',
      name,
      x: heights.map((_, k) => low + (k + 0.5) * width),
      y: heights,
      width,
      marker: { color: fade(colorOf(i), 0.5), line: { color: colorOf(i), width: 0.6 } },
    };
  });
  for (const [i, [name, at]] of marks.entries())
    data.push({
      type: 'scatter',
      mode: 'lines',
      name,
      x: [at, at],
      y: [0, tallest],
      line: { color: i === 0 ? '#000000' : colorOf(list.length + i), dash: dashOf(i + 1), width: 2 },
    });
  const axes = cartesian({ ...options, yTitle: options.yTitle ?? (density ? 'density' : 'count') });
  return inTheme(data, { ...axes, barmode: 'overlay', bargap: 0 }, options);
}

/** Options of `scatterChart`. */
export interface ScatterOptions extends ChartOptions {
  /** Draws each series' least-squares line, straight on the axes as they are drawn; default false. */
  fit?: boolean;
}

const SCATTER_OPTIONS: OptionNames<ScatterOptions> = {
  fit: 'optional',
  ...CHART_OPTIONS,
};

/**
 * Points with error bars. With `fit`, a least-squares line each, whose slope is named in the legend; on two
 * logarithmic axes the line is a power law y = a x^slope.
 */
export function scatterChart(series: Series<Points>, options: ScatterOptions): Figure {
  knownOptions('scatterChart', options, SCATTER_OPTIONS);
  const list = entries('series', series);
  const data = list.flatMap(([name, points], i): Trace[] => {
    checkPoints(name, points);
    const { x, y, low, high } = points;
    const dots: Trace = {
      type: 'scatter',
      mode: 'markers',
      name,
      legendgroup: name,
      x: Array.from(x),
      y: Array.from(y),
      error_y: errorBars(y, low, high, colorOf(i)),
      marker: { color: colorOf(i), size: 8, symbol: ['circle', 'square', 'diamond', 'cross', 'x'][i % 5] },
    };
    if (!options.fit) return [dots];
    const { slope, intercept } = linearFit(
      onAxis(`x of '${name}'`, x, options.xLog),
      onAxis(`y of '${name}'`, y, options.yLog),
    );
    const ends = [Math.min(...Array.from(x)), Math.max(...Array.from(x))];
    const onLine = (at: number) => {
      const value = intercept + slope * (options.xLog ? Math.log(at) : at);
      return options.yLog ? Math.exp(value) : value;
    };
    const label = Math.abs(slope) < 0.005 ? '0' : Number(slope.toPrecision(3)).toString().replace('-', '−');
    return [
      dots,
      {
        type: 'scatter',
        mode: 'lines',
        name: `slope ${label}`,
        legendgroup: name,
        hoverinfo: 'skip',
        x: ends,
        y: ends.map(onLine),
        line: { color: colorOf(i), dash: dashOf(i + 1), width: 1.5 },
      },
    ];
  });
  return inTheme(
    data,
    cartesian(
      options,
      list.map(([, points]) => points),
    ),
    options,
  );
}

/** Numbers as an axis places them: their natural logarithms where it is logarithmic. */
function onAxis(name: string, values: Numbers, log = false): number[] {
  return Array.from(values, (value, i) => {
    checkFinite(`${name}[${i}]`, value, log ? Number.MIN_VALUE : -Infinity);
    return log ? Math.log(value) : value;
  });
}

/** Options of `barChart`. */
export interface BarChartOptions extends Omit<ChartOptions, 'xLog' | 'xRange' | 'xTitle'> {
  xTitle?: string;
}

const BAR_CHART_OPTIONS: OptionNames<BarChartOptions> = {
  xTitle: 'optional',
  yTitle: 'required',
  title: 'optional',
  height: 'optional',
  yLog: 'optional',
  yRange: 'optional',
  legend: 'optional',
};

/** Bars with intervals; several series stand side by side at each label. */
export function barChart(series: Series<readonly Bar[]>, options: BarChartOptions): Figure {
  knownOptions('barChart', options, BAR_CHART_OPTIONS);
  const data = entries('series', series).map(([name, bars], i): Trace => {
    if (!Array.isArray(bars) || bars.length === 0)
      throw new TypeError(`series '${name}' is ${show(bars)}, but must be a list of bars { label, value }.`);
    const values = bars.map((bar: Bar) => bar.value);
    const has = bars.some((bar: Bar) => bar.low !== undefined && bar.high !== undefined);
    const end = (field: 'low' | 'high') =>
      has ? bars.map((bar: Bar) => bar[field] ?? bar.value) : undefined;
    return {
      type: 'bar',
      name,
      x: bars.map((bar: Bar) => bar.label),
      y: values,
      marker: { color: fade(colorOf(i), 0.75), line: { color: colorOf(i), width: 1 } },
      error_y: errorBars(values, end('low'), end('high'), '#24292f'),
      hovertemplate: '%{x}: %{y}<extra></extra>',
    };
  });
  const axes = cartesian({ xTitle: '', ...options });
  const xaxis = { ...(axes.xaxis as Layout), type: 'category' };
  const yaxis = { ...(axes.yaxis as Layout), zeroline: true, zerolinecolor: '#8c959f' };
  return inTheme(data, { xaxis, yaxis, barmode: 'group', bargap: 0.35 }, options);
}

/** Options of `heatmapGrid`. */
export interface HeatmapOptions {
  /** What the numbers are, for the colour scale, e.g. '<i>V<sup>π</sup></i>(<i>s</i>)'. */
  valueTitle: string;
  title?: string;
  /** Height in pixels; default by the number of rows. */
  height?: number;
  /** [S * A] probabilities pi(a|s); arrows show each state's likeliest actions (none where all are as likely). */
  policy?: Numbers;
  /** Digits after the point; default 2. */
  digits?: number;
  /** Colour scale's range; default: that of the values. */
  range?: readonly [number, number];
}

const HEATMAP_OPTIONS: OptionNames<HeatmapOptions> = {
  valueTitle: 'required',
  title: 'optional',
  height: 'optional',
  policy: 'optional',
  digits: 'optional',
  range: 'optional',
};

/**
 * Numbers over the cells of a grid world, with cell letters and the arrows of a policy.
 * @param grid a tabular MDP that is a grid world, or its layout
 * @param values [S] in the order of states, e.g. V(s); NaN leaves a cell without a number
 */
export function heatmapGrid(
  grid: GridLayout | { readonly layout?: GridLayout },
  values: Numbers,
  options: HeatmapOptions,
): Figure {
  knownOptions('heatmapGrid', options, HEATMAP_OPTIONS);
  const layout = 'cells' in grid ? grid : grid.layout;
  if (!layout)
    fail('grid has no layout, but must be a grid world: frozenLake(), cliffWalking(), corridor(...).');
  const { rows, columns, cells, arrows } = layout;
  if (values?.length !== cells.length)
    fail(
      `values has length ${values?.length}, but a grid of ${rows} x ${columns} has ${cells.length} cells.`,
    );
  const { policy } = options;
  if (policy && policy.length !== cells.length * arrows.length)
    fail(
      `options.policy has length ${policy.length}, but ${cells.length} states by ${arrows.length} actions need ${cells.length * arrows.length}.`,
    );
  const digits = checkInteger('options.digits', options.digits ?? 2, 0, 6);
  const ended = (s: number) => 'GHC'.includes(cells[s]);
  const label = (s: number) => {
    const arrow = policy && !ended(s) ? arrowOf(policy, s, arrows) : '';
    const number = Number.isFinite(values[s]) ? values[s].toFixed(digits).replace('-', '−') : '';
    const head = ['.F'.includes(cells[s]) ? '' : `<b>${cells[s]}</b>`, arrow].filter(Boolean).join(' ');
    return [head, number].filter(Boolean).join('<br>');
  };
  const table = <T>(cell: (s: number) => T): T[][] =>
    Array.from({ length: rows }, (_, r) => Array.from({ length: columns }, (_, c) => cell(r * columns + c)));
  const height = options.height ?? Math.min(480, 90 + rows * (columns > 8 ? 64 : 84));
  const width = (columns * (height - MARGINS)) / rows;
  const narrow = width <= 450; // then it stands at the left, its colour bar next to it
  const data: Trace[] = [
    {
      type: 'heatmap',
      z: table(s => roundNumber(values[s])),
      text: table(label),
      texttemplate: '%{text}',
      customdata: table(s => s),
      hovertemplate: 'state %{customdata}: %{z}<extra></extra>',
      textfont: { size: columns > 8 ? 11 : 13 },
      xgap: 2,
      ygap: 2,
      colorscale: CIVIDIS,
      zmin: options.range?.[0],
      zmax: options.range?.[1],
      colorbar: { ...colorbar(options.valueTitle), ...(narrow && { x: 0, xpad: Math.round(width) + 12 }) },
    },
  ];
  const bare = { showgrid: false, zeroline: false, fixedrange: true, automargin: true, dtick: 1 };
  return inTheme(
    data,
    {
      xaxis: {
        ...bare,
        title: { text: 'column', standoff: 6 },
        range: [-0.5, columns - 0.5],
        constrain: 'domain',
        constraintoward: narrow ? 'left' : undefined,
      },
      yaxis: {
        ...bare,
        title: { text: 'row', standoff: 6 },
        range: [rows - 0.5, -0.5],
        scaleanchor: 'x',
        constrain: 'domain',
      },
    },
    { title: options.title, height, legend: false },
  );
}

/** The theme's margins above and below a plot without heading and legend, in pixels. */
const MARGINS = 68;

const colorbar = (title: string): Layout => ({
  title: { text: title, side: 'right' },
  thickness: 14,
  outlinewidth: 0,
});

/** Options of `heatmapChart`. */
export interface HeatmapChartOptions extends Pick<ChartOptions, 'xTitle' | 'yTitle' | 'title' | 'height'> {
  /** What the numbers are, for the colour scale; default none. */
  valueTitle?: string;
  /** Numbers of the columns and rows, e.g. times or parameter values; default 0, 1, 2, ... */
  x?: Numbers;
  y?: Numbers;
  /** Colour scale's range; default: that of the values. */
  range?: readonly [number, number];
}

const HEATMAP_CHART_OPTIONS: OptionNames<HeatmapChartOptions> = {
  valueTitle: 'optional',
  x: 'optional',
  y: 'optional',
  range: 'optional',
  xTitle: 'required',
  yTitle: 'required',
  title: 'optional',
  height: 'optional',
};

/**
 * A matrix as colours, its first row on top, as it is written.
 * @param matrix [rows][columns]; what is not finite leaves its cell empty
 */
export function heatmapChart(matrix: readonly Numbers[], options: HeatmapChartOptions): Figure {
  knownOptions('heatmapChart', options, HEATMAP_CHART_OPTIONS);
  const columns = matrix?.[0]?.length;
  if (!(columns > 0)) fail(`matrix is ${show(matrix)}, but must hold at least one row of numbers.`);
  const x = Array.from(options.x ?? Array(columns).keys());
  const y = Array.from(options.y ?? matrix.keys());
  if (x.length !== columns) fail(`options.x has length ${x.length}, but the matrix has ${columns} columns.`);
  if (y.length !== matrix.length)
    fail(`options.y has length ${y.length}, but the matrix has ${matrix.length} rows.`);
  const z = matrix.map((row, r) =>
    row.length === columns
      ? Array.from(row, roundNumber)
      : fail(`matrix[${r}] has length ${row.length}, but must have length ${columns}, as the first row has.`),
  );
  const cells: Trace = {
    type: 'heatmap',
    x,
    y,
    z,
    xgap: 2,
    ygap: 2,
    colorscale: CIVIDIS,
    zmin: options.range?.[0],
    zmax: options.range?.[1],
    colorbar: colorbar(options.valueTitle ?? ''),
    hovertemplate: '(%{x}, %{y}): %{z}<extra></extra>',
  };
  const side = (title: string, at: number[]) => ({
    ...axis(title),
    showgrid: false,
    ...(at.length <= 12 && at.every((value, i) => value === i) && { dtick: 1 }),
  });
  return inTheme(
    [cells],
    { xaxis: side(options.xTitle, x), yaxis: { ...side(options.yTitle, y), autorange: 'reversed' } },
    options,
  );
}

/** From dark blue to yellow, with lightness rising evenly (Nunez, Anderton and Renslow 2018), its dark end lifted. */
const CIVIDIS: [number, string][] = [
  [0, '#2a4f8f'],
  [0.25, '#5d6c87'],
  [0.5, '#8d8c7c'],
  [0.75, '#c3b369'],
  [1, '#fbe34a'],
];

/** The likeliest action's arrow; nothing where all actions are as likely. */
function arrowOf(policy: Numbers, s: number, arrows: readonly string[]): string {
  const row = arrows.map((_, a) => policy[s * arrows.length + a]);
  const best = Math.max(...row);
  return best - Math.min(...row) < 1e-9
    ? ''
    : row.flatMap((p, a) => (best - p < 1e-9 ? arrows[a] : [])).join('');
}
