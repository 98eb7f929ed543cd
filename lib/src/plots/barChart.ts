/** Bars with intervals. */

import { fail, knownOptions, type OptionNames, show } from '../math/check';
import { cartesian, errorBars } from './axes';
import type { Figure, Layout, Numbers, Trace } from './figure';
import { entries, type Series } from './points';
import { type ChartOptions, colorOf, FRAME, fade, INK, inTheme } from './theme';

/** One bar; with `low` and `high`, the interval of its value. @experimental */
export interface Bar {
  /** The word below the bar. */
  label: string;
  /** Its height. */
  value: number;
  /** The lower end of the interval. */
  low?: number;
  /** The upper end of the interval. */
  high?: number;
}

/** Options of `barChart`. @experimental */
export interface BarChartOptions extends Omit<ChartOptions, 'xLog' | 'xRange' | 'xTitle'> {
  /** Label of the horizontal axis; default none, where the bars' words say enough. */
  xTitle?: string;
  /** Values to mark over the bars, by name: one for each label, e.g. the exact ones over the sampled; default none. */
  dots?: Series<Numbers>;
}

const BAR_CHART_OPTIONS: OptionNames<BarChartOptions> = {
  xTitle: 'optional',
  dots: 'optional',
  yTitle: 'required',
  title: 'optional',
  height: 'optional',
  yLog: 'optional',
  yRange: 'optional',
  legend: 'optional',
};

/** Bars with intervals; several series stand side by side at each label. @experimental */
export function barChart(series: Series<readonly Bar[]>, options: BarChartOptions): Figure {
  knownOptions('barChart', options, BAR_CHART_OPTIONS);
  const list = entries('series', series);
  const data = list.map(([name, bars], i): Trace => {
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
      error_y: errorBars(values, end('low'), end('high'), INK),
      hovertemplate: '%{x}: %{y}<extra></extra>',
    };
  });
  const labels = list[0][1].map(bar => bar.label);
  for (const [i, [name, values]] of Object.entries(options.dots ?? {}).entries()) {
    if (values?.length !== labels.length)
      fail(
        `dots '${name}' has length ${values?.length}, but must have one value for each of the ${labels.length} labels.`,
      );
    data.push({
      type: 'scatter',
      mode: 'markers',
      name,
      x: labels,
      y: Array.from(values),
      marker: { color: colorOf(list.length + i), size: 9, symbol: 'diamond' },
    });
  }
  const axes = cartesian({ xTitle: '', ...options });
  const xaxis = { ...(axes.xaxis as Layout), type: 'category' };
  const yaxis = { ...(axes.yaxis as Layout), zeroline: true, zerolinecolor: FRAME };
  return inTheme(data, { xaxis, yaxis, barmode: 'group', bargap: 0.35 }, options);
}
