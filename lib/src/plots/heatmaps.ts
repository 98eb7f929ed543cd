/** Numbers as colours: over the cells of a grid world, in a matrix, and as a landscape with a path through it. */

import { checkInteger, fail, knownOptions, type OptionNames, show } from '../math/check';
import type { GridLayout } from '../mdp/tabularMDP';
import { type Figure, type Layout, type Numbers, roundNumber, type Trace } from './figure';
import { checkPoints, type Points } from './points';
import { axis, type ChartOptions, colorOf, inTheme } from './theme';

/** Options of `heatmapGrid`. @experimental */
export interface HeatmapOptions {
  /** What the numbers are, for the colour scale, e.g. '<i>V<sup>π</sup></i>(<i>s</i>)'. */
  valueTitle: string;
  /** Heading; default none. */
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
 * @experimental
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

/** Options of `heatmapChart`. @experimental */
export interface HeatmapChartOptions extends Pick<ChartOptions, 'xTitle' | 'yTitle' | 'title' | 'height'> {
  /** What the numbers are, for the colour scale; default none. */
  valueTitle?: string;
  /** Numbers of the columns and rows, e.g. times or parameter values; default 0, 1, 2, ... */
  x?: Numbers;
  /** Numbers of the rows, e.g. times or parameter values; default 0, 1, 2, ... */
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
 * @experimental
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

/** Options of `landscapeChart`. @experimental */
export interface LandscapeOptions extends Omit<HeatmapChartOptions, 'x' | 'y'> {
  /** Points to walk through, in order, the first one marked; default none. */
  path?: Points;
}

const LANDSCAPE_OPTIONS: OptionNames<LandscapeOptions> = {
  path: 'optional',
  valueTitle: 'optional',
  range: 'optional',
  xTitle: 'required',
  yTitle: 'required',
  title: 'optional',
  height: 'optional',
};

/**
 * A function of two variables as a landscape, y upwards, and a path through it.
 * @param heights z[j][i] is the height at (x[i], y[j])
 * @experimental
 */
export function landscapeChart(
  heights: { x: Numbers; y: Numbers; z: readonly Numbers[] },
  options: LandscapeOptions,
): Figure {
  knownOptions('landscapeChart', options, LANDSCAPE_OPTIONS);
  const { x, y, z } = heights;
  const { path, ...chart } = options;
  const { data, layout, config } = heatmapChart(z, { ...chart, x, y });
  const ground: Trace = { ...data[0], xgap: 0, ygap: 0 };
  const side = (axisLayout: unknown, at: Numbers): Layout => ({
    ...(axisLayout as Layout),
    autorange: undefined,
    range: [at[0], at[at.length - 1]],
  });
  const axes = { xaxis: side(layout.xaxis, x), yaxis: side(layout.yaxis, y) };
  return { data: path ? [ground, pathTrace(path)] : [ground], layout: { ...layout, ...axes }, config };
}

/** White dots on a black line, which show on every colour of the ground; the first one is orange. */
function pathTrace(path: Points): Trace {
  checkPoints('path', path);
  return {
    type: 'scatter',
    mode: 'lines+markers',
    showlegend: false,
    name: 'path',
    x: Array.from(path.x),
    y: Array.from(path.y),
    line: { color: '#000000', width: 1.5 },
    marker: {
      size: 7,
      line: { width: 1, color: '#000000' },
      color: Array.from(path.x, (_, k) => (k === 0 ? colorOf(1) : '#ffffff')),
    },
  };
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
