/** Points with error bars, and the lines that are fitted to them. */

import { checkFinite, knownOptions, type OptionNames } from '../math/check';
import { linearFit } from '../math/regression';
import { cartesian, errorBars } from './axes';
import type { Figure, Numbers, Trace } from './figure';
import { checkPoints, entries, type Points, type Series } from './points';
import { CHART_OPTIONS, type ChartOptions, checkColors, colorOf, dashOf, fade, inTheme } from './theme';

/** Options of `scatterChart`. @experimental */
export interface ScatterOptions extends ChartOptions {
  /** Draws each series' least-squares line, straight on the axes as they are drawn; default false. */
  fit?: boolean;
  /** Each series' place in the palette; default 0, 1, 2, .... */
  colors?: readonly number[];
  /** Each series' marker, by plotly's names; default circle, square, diamond, cross, x. */
  symbols?: readonly string[];
  /** Diameter of the points in pixels; default 8. */
  size?: number;
  /** From 0, invisible, to 1, the default: lets a cloud of many points show where it is dense. */
  opacity?: number;
}

const SCATTER_OPTIONS: OptionNames<ScatterOptions> = {
  fit: 'optional',
  colors: 'optional',
  symbols: 'optional',
  size: 'optional',
  opacity: 'optional',
  ...CHART_OPTIONS,
};

const SYMBOLS = ['circle', 'square', 'diamond', 'cross', 'x'];

/**
 * Points with error bars; a series may have none. With `fit`, a least-squares line each, whose slope is named in the legend; on two
 * logarithmic axes the line is a power law y = a x^slope.
 * @experimental
 */
export function scatterChart(series: Series<Points>, options: ScatterOptions): Figure {
  knownOptions('scatterChart', options, SCATTER_OPTIONS);
  const list = entries('series', series);
  const colors = checkColors(options.colors, list.length);
  const size = checkFinite('options.size', options.size ?? 8, 1, 100);
  const opacity = checkFinite('options.opacity', options.opacity ?? 1, 0, 1);
  const symbols = options.symbols ?? SYMBOLS;
  const data = list.flatMap(([name, points], i): Trace[] => {
    checkPoints(name, points, options.fit ? 1 : 0);
    const { x, y, low, high } = points;
    const color = colorOf(colors[i]);
    const dots: Trace = {
      type: 'scatter',
      mode: 'markers',
      name,
      legendgroup: name,
      x: Array.from(x),
      y: Array.from(y),
      error_y: errorBars(y, low, high, color),
      marker: {
        color: opacity < 1 ? fade(color, opacity) : color,
        size,
        symbol: symbols[i % symbols.length],
      },
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
        line: { color, dash: dashOf(i + 1), width: 1.5 },
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
