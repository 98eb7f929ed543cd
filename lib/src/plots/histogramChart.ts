/** Histograms of samples over common bins. */

import { checkFinite, checkInteger, fail, knownOptions, type OptionNames, show } from '../math/check';
import { cartesian } from './axes';
import type { Figure, Numbers, Trace } from './figure';
import { checkChoice, entries, type Series } from './points';
import { type ChartOptions, colorOf, dashOf, fade, INK, inTheme } from './theme';

/** Options of `histogramChart`. @experimental */
export interface HistogramOptions extends Omit<ChartOptions, 'yTitle' | 'yLog' | 'xLog'> {
  /** Label of the vertical axis; default 'density' or 'count', after `measure`. */
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

/** Overlaid histograms over common bins, so that heights compare. Samples outside `xRange` fall into no bin. @experimental */
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
      line: { color: i === 0 ? INK : colorOf(list.length + i), dash: dashOf(i + 1), width: 2 },
    });
  const axes = cartesian({ ...options, yTitle: options.yTitle ?? (density ? 'density' : 'count') });
  return inTheme(data, { ...axes, barmode: 'overlay', bargap: 0 }, options);
}
