/** What the charts over two numeric axes share: the axes with their ticks, and error bars. */

import type { Layout, Numbers } from './figure';
import type { Points } from './points';
import { axis, type ChartOptions } from './theme';

/** Both axes; a logarithmic one looks at the data, to label powers of ten only where there are several. */
export const cartesian = (o: ChartOptions, series: readonly Points[] = []): Layout => {
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
export function errorBars(y: Numbers, low: Numbers | undefined, high: Numbers | undefined, color: string) {
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
