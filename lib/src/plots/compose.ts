/**
 * Figures made of figures: panels side by side, and a slider that steps through variants.
 */

import { checkFunction, checkInteger, fail, knownOptions, type OptionNames, show } from '../math/check';
import { checkFigures, type Figure, isRecord, type Layout, type Trace } from './figure';
import { FRAME, frame, HEADING, legendAt } from './theme';

/** Options of `panels`. @experimental */
export interface PanelOptions {
  /** Panels in a row; default: all of them. */
  columns?: number;
  /** Heading of the whole. */
  title?: string;
  /** Height of each row in pixels; default 330. */
  height?: number;
}

const PANEL_OPTIONS: OptionNames<PanelOptions> = {
  columns: 'optional',
  title: 'optional',
  height: 'optional',
};

/**
 * Sets figures side by side. Each figure's own title becomes its panel's heading; series of the same name share one
 * entry of the legend.
 * @experimental
 */
export function panels(figures: readonly Figure[], options: PanelOptions = {}): Figure {
  knownOptions('panels', options, PANEL_OPTIONS);
  checkFigures(figures);
  const columns = Math.min(
    figures.length,
    checkInteger('options.columns', options.columns ?? figures.length, 1),
  );
  const rows = Math.ceil(figures.length / columns);
  const bars = figures.some(figure => figure.data.some(trace => trace.colorbar));
  const gapX = bars ? 0.26 : 0.15;
  const gapY = 0.26 / Math.max(1, rows - 1);
  const width = (1 - gapX * (columns - 1) - (bars ? 0.06 : 0)) / columns;
  const height = (1 - (rows > 1 ? gapY * (rows - 1) : 0)) / rows;
  const data: Trace[] = [];
  const axes: Layout = {};
  const annotations: unknown[] = [];
  const named = new Set<string>();
  figures.forEach((figure, i) => {
    const number = i === 0 ? '' : String(i + 1);
    const left = (i % columns) * (width + gapX);
    const bottom = 1 - height - Math.floor(i / columns) * (height + gapY);
    const { xaxis, yaxis, title, barmode, bargap } = figure.layout;
    // Alone, a narrow grid stands at the left, its colour bar some pixels on; a panel has its own place for both.
    const x: Layout = { ...(xaxis as Layout), domain: [left, left + width], anchor: `y${number}` };
    axes[`xaxis${number}`] = { ...x, constraintoward: undefined };
    const y: Layout = { ...(yaxis as Layout), domain: [bottom, bottom + height], anchor: `x${number}` };
    if (y.scaleanchor) y.scaleanchor = `x${number}`;
    axes[`yaxis${number}`] = y;
    if (barmode) Object.assign(axes, { barmode, bargap });
    const heading = isRecord(title) ? title.text : title;
    if (heading)
      annotations.push({
        text: `<b>${heading}</b>`,
        showarrow: false,
        x: left,
        xref: 'paper',
        xanchor: 'left',
        y: bottom + height,
        yref: 'paper',
        yanchor: 'bottom',
        yshift: 4,
      });
    for (const trace of figure.data) {
      const listed =
        trace.name !== undefined && trace.showlegend !== false && figure.layout.showlegend !== false;
      const first = listed && !named.has(trace.name!);
      if (first) named.add(trace.name!);
      const colorbar = isRecord(trace.colorbar)
        ? {
            ...trace.colorbar,
            x: left + width + 0.005,
            xanchor: 'left',
            xpad: undefined,
            y: bottom + height / 2,
            len: height,
          }
        : undefined;
      data.push({
        ...trace,
        xaxis: `x${number}`,
        yaxis: `y${number}`,
        legendgroup: trace.name,
        showlegend: first,
        ...(colorbar && { colorbar }),
      });
    }
  });
  const around = frame(options.title, [...named], (options.height ?? 330) * rows);
  const margin = around.margin as Record<string, number>;
  const extra = annotations.length > 0 ? 26 : 0;
  const total = (around.height as number) + extra;
  return {
    data,
    layout: {
      ...axes,
      ...around,
      annotations,
      showlegend: named.size > 0,
      legend: legendAt(options.title ? HEADING : 0, total),
      height: total,
      margin: { ...margin, t: margin.t + extra },
    },
    config: figures[0].config,
  };
}

/** Options of `withSlider`. @experimental */
export interface SliderOptions {
  /** What the slider changes, shown before the label, e.g. 'λ = '. */
  prefix?: string;
  /** The step shown first; default 0. */
  start?: number;
}

const SLIDER_OPTIONS: OptionNames<SliderOptions> = { prefix: 'optional', start: 'optional' };

/** One position of a slider. @experimental */
export interface SliderStep {
  /** The word at this position. */
  label: string;
  /** What is shown there. */
  figure: Figure;
}

/**
 * One figure with a slider that steps through several, in the order given. All must have the same axes; their
 * ranges are set to hold every step's data, so that what moves is the data. Every step is computed beforehand: the
 * slider works without a kernel.
 * @experimental
 */
export function withSlider(steps: readonly SliderStep[], options: SliderOptions = {}): Figure {
  knownOptions('withSlider', options, SLIDER_OPTIONS);
  if (!(steps?.length >= 2))
    fail(`steps has ${steps?.length ?? 0} figures, but a slider needs at least two.`);
  const start = checkInteger('options.start', options.start ?? 0, 0, steps.length - 1);
  const figures = steps.map(({ figure }) => figure);
  const first = figures[start];
  const owner = figures.flatMap((figure, i) => figure.data.map(() => i));
  const data = figures.flatMap((figure, i) => figure.data.map(trace => ({ ...trace, visible: i === start })));
  const layout: Layout = { ...first.layout };
  for (const letter of ['x', 'y'] as const)
    for (const key of Object.keys(layout).filter(name => new RegExp(`^${letter}axis\\d*$`).test(name))) {
      const range = commonRange(figures, letter, key);
      if (range) layout[key] = { ...(layout[key] as Layout), range };
    }
  const margin = layout.margin as Record<string, number>;
  const SLIDER = 92;
  layout.margin = { ...margin, b: margin.b + SLIDER };
  const height = layout.height as number;
  layout.height = height + SLIDER;
  const legend = layout.legend as Layout; // as many pixels below the top as before
  layout.legend = { ...legend, y: 1 - ((1 - (legend.y as number)) * height) / (height + SLIDER) };
  layout.sliders = [
    {
      active: start,
      currentvalue: { prefix: options.prefix ?? '', font: { size: 14 }, xanchor: 'left' },
      pad: { t: 58, b: 6 },
      len: 1,
      x: 0,
      bgcolor: FRAME,
      bordercolor: FRAME,
      steps: steps.map(({ label }, i) => ({
        label,
        method: 'update',
        args: [{ visible: owner.map(step => step === i) }, titleUpdate(figures[i].layout)],
      })),
    },
  ];
  return { data, layout, config: first.config };
}

const titleUpdate = (layout: Layout): Layout =>
  isRecord(layout.title) ? { 'title.text': layout.title.text } : {};

/** The range that holds all numbers of an axis over all figures, with a margin; undefined if it has its own range. */
function commonRange(
  figures: readonly Figure[],
  letter: 'x' | 'y',
  key: string,
): [number, number] | undefined {
  const axisLayout = figures[0].layout[key] as Layout;
  if (axisLayout.range || axisLayout.type === 'category') return undefined;
  const log = axisLayout.type === 'log';
  const id = letter + key.slice(5);
  let [low, high] = [Infinity, -Infinity];
  for (const trace of figures.flatMap(figure => figure.data)) {
    if ((trace[`${letter}axis`] ?? letter) !== id) continue;
    const values = trace[letter];
    if (!Array.isArray(values) || values.some(value => typeof value === 'string')) continue;
    const error = letter === 'y' && isRecord(trace.error_y) ? trace.error_y : {};
    const [up, down] = [error.array, error.arrayminus] as (number[] | undefined)[];
    values.forEach((value, i) => {
      for (const end of [value - (down?.[i] ?? 0), value + (up?.[i] ?? 0)]) {
        if (!Number.isFinite(end) || (log && end <= 0)) continue;
        low = Math.min(low, log ? Math.log10(end) : end);
        high = Math.max(high, log ? Math.log10(end) : end);
      }
    });
    const bar = trace.type === 'bar';
    if (bar && letter === 'y') [low, high] = [Math.min(low, 0), Math.max(high, 0)];
    if (bar && letter === 'x' && typeof trace.width === 'number')
      [low, high] = [low - trace.width / 2, high + trace.width / 2];
  }
  if (!(low <= high)) return undefined;
  const room = low === high ? 0.5 : 0.05 * (high - low);
  const bars = letter === 'y' && figures.some(figure => figure.data.some(trace => trace.type === 'bar'));
  return [bars && low === 0 ? 0 : low - room, high + room];
}

/** Options of `overlay`. @experimental */
export interface OverlayOptions {
  /** Place in the list of the figure whose axes, title and height are taken; default 0. */
  axes?: number;
  /** Place of the only figure whose series are named in the legend; default: all are. */
  named?: number;
}

const OVERLAY_OPTIONS: OptionNames<OverlayOptions> = { axes: 'optional', named: 'optional' };

/** Figures drawn over each other on the axes of one of them, the first at the bottom: e.g. theory as lines, data as dots. @experimental */
export function overlay(figures: readonly Figure[], options: OverlayOptions = {}): Figure {
  knownOptions('overlay', options, OVERLAY_OPTIONS);
  checkFigures(figures);
  const last = figures.length - 1;
  const { layout, config } = figures[checkInteger('options.axes', options.axes ?? 0, 0, last)];
  const named = options.named === undefined ? -1 : checkInteger('options.named', options.named, 0, last);
  const data = figures.flatMap((figure, i) =>
    figure.data.map(trace => (named === -1 || named === i ? trace : { ...trace, showlegend: false })),
  );
  return { data, layout, config };
}

/** Options of `slider`. @experimental */
export interface SliderOverOptions<T> {
  /** What the slider changes, shown before the label, e.g. 'λ = '. */
  prefix?: string;
  /** The value shown first, one of the values; default the first. */
  start?: T;
  /** What stands for each value; default: the value as text. */
  label?: (value: T) => string;
}

const SLIDER_OVER_OPTIONS: OptionNames<SliderOverOptions<unknown>> = {
  prefix: 'optional',
  start: 'optional',
  label: 'optional',
};

/**
 * A slider over a parameter: `figureOf` makes the figure of each value, all of them now. See `withSlider`, which it calls.
 *
 *   slider([0, 0.5, 0.9], gamma => heatmapGrid(lake, valuesAt(gamma), { ... }), { prefix: 'γ = ', start: 0.9 })
 * @experimental
 */
export function slider<T>(
  values: readonly T[],
  figureOf: (value: T, i: number) => Figure,
  options: SliderOverOptions<T> = {},
): Figure {
  knownOptions('slider', options, SLIDER_OVER_OPTIONS);
  if (!Array.isArray(values)) throw new TypeError(`values is ${show(values)}, but must be a list.`);
  checkFunction('figureOf', figureOf, 'that makes a figure of each value');
  const { prefix, start, label = String } = options;
  const at = start === undefined ? 0 : values.indexOf(start);
  if (at < 0) fail(`options.start is ${show(start)}, but must be one of the values, ${show(values)}.`);
  return withSlider(
    values.map((value, i) => ({ label: label(value), figure: figureOf(value, i) })),
    { prefix, start: at },
  );
}
