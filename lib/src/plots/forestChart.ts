/** A forest of estimates: one row each, with its interval. */

import { checkFinite, fail, knownOptions, type OptionNames, show } from '../math/check';
import type { Interval } from '../math/statistics';
import { errorBars } from './axes';
import type { Figure, Trace } from './figure';
import { checkChoice, entries, type Series } from './points';
import { axis, type ChartOptions, colorOf, FRAME, fade, inTheme } from './theme';

/** Options of `forestChart`. @experimental */
export interface ForestOptions extends Pick<ChartOptions, 'xTitle' | 'title' | 'height' | 'xLog'> {
  /** Whether to name the rows; default true. Beside another forest of the same rows, false saves room. */
  labels?: boolean;
  /** Which rows stand out: those that lie wholly 'below' or 'above' the first row's interval; default 'below'. */
  worse?: 'below' | 'above';
  /** Where the horizontal axis has its ticks; default: as plotly likes. */
  xTicks?: readonly number[];
  /** What hovering over a row says; default its name. */
  text?: readonly string[];
}

const FOREST_OPTIONS: OptionNames<ForestOptions> = {
  xTitle: 'required',
  title: 'optional',
  height: 'optional',
  xLog: 'optional',
  labels: 'optional',
  worse: 'optional',
  xTicks: 'optional',
  text: 'optional',
};

/**
 * Estimates with their intervals, one below the other. The shaded stripe is the first one's interval, to which the others
 * are compared; rows that lie wholly on its worse side are orange.
 * @experimental
 */
export function forestChart(rows: Series<Interval>, options: ForestOptions): Figure {
  knownOptions('forestChart', options, FOREST_OPTIONS);
  const list = entries('rows', rows);
  checkChoice('options.worse', options.worse, 'below', 'above');
  for (const [name, row] of list)
    for (const field of ['estimate', 'low', 'high'] as const)
      checkFinite(`rows '${name}'.${field}`, row?.[field]);
  const names = list.map(([name]) => name);
  const intervals = list.map(([, row]) => row);
  const { text = names, xTicks, worse = 'below' } = options;
  if (text.length !== names.length)
    fail(`options.text is ${show(text)}, but must have one text for each of the ${names.length} rows.`);
  const [{ low, high }] = intervals;
  const isWorse = (row: Interval) => (worse === 'above' ? row.low > high : row.high < low);
  const column = (field: keyof Interval) => intervals.map(row => row[field]);
  const y = names.map((_, i) => -i);
  const [top, bottom] = [0.5, 0.5 - names.length];
  const stripe: Trace = {
    type: 'scatter',
    mode: 'lines',
    x: [low, high, high, low],
    y: [top, top, bottom, bottom],
    fill: 'toself',
    fillcolor: fade(colorOf(0), 0.15),
    line: { width: 0 },
    hoverinfo: 'skip',
  };
  const dots: Trace = {
    type: 'scatter',
    mode: 'markers',
    x: column('estimate'),
    y,
    marker: { size: 9, color: intervals.map(row => colorOf(isWorse(row) ? 1 : 0)) },
    error_x: errorBars(column('estimate'), column('low'), column('high'), FRAME),
    text: [...text],
  };
  const ticks = xTicks ? { tickvals: [...xTicks] } : options.xLog ? {} : { rangemode: 'tozero' };
  return inTheme(
    [stripe, dots],
    {
      xaxis: { ...axis(options.xTitle, options.xLog), ...ticks },
      yaxis: {
        ...axis(''),
        tickvals: y,
        ticktext: names.map(name => name.replace(' + ', '<br>+ ')),
        showticklabels: options.labels ?? true,
        range: [bottom, top],
      },
    },
    { title: options.title, height: options.height, legend: false },
  );
}
