/**
 * What a figure is: a plain object in the form that plotly.js draws, { data, layout, config? }.
 *
 * The functions of this folder take data and return a figure; nothing here draws, touches a notebook or loads plotly.
 * `cleanFigure` makes a figure fit to be kept in a notebook: typed arrays become arrays, numbers that JSON cannot say
 * become null (plotly leaves a gap there), and every number is rounded to seven significant digits, far below what
 * the eye resolves, so that files stay small and their differences readable.
 */

import { checkObject, fail, show } from '../math/check';

/** One plotly trace, e.g. { type: 'scatter', x, y, name }. @experimental */
export interface Trace {
  /** Which kind, e.g. 'scatter' or 'heatmap'. */
  type: string;
  /** Its name in the legend. */
  name?: string;
  [attribute: string]: unknown;
}

/** Throws unless `figure` is one. */
export const checkFigure = (name: string, figure: Figure): Figure =>
  checkObject(name, figure, 'a figure, such as lineChart makes', 'data', 'layout');

/** A list of figures, at least one. */
export function checkFigures(figures: readonly Figure[]): readonly Figure[] {
  if (!Array.isArray(figures))
    throw new TypeError(`figures is ${show(figures)}, but must be a list of figures.`);
  if (figures.length === 0) fail('figures is empty, but must hold at least one figure.');
  for (const [i, figure] of figures.entries()) checkFigure(`figures[${i}]`, figure);
  return figures;
}

/** A plotly layout: axes, legend, margins. @experimental */
export interface Layout {
  [attribute: string]: unknown;
}

/** A plotly figure. @experimental */
export interface Figure {
  /** What is drawn, in this order. */
  data: Trace[];
  /** Axes, legend and margins. */
  layout: Layout;
  /** How plotly is to behave, e.g. which buttons it shows. */
  config?: Record<string, unknown>;
}

/** A list of numbers, typed or not. @experimental */
export type Numbers = ArrayLike<number>;

const SIGNIFICANT_DIGITS = 7;

/**
 * A copy of `figure` that JSON says exactly: see the top of this file. A field whose value is undefined is left out.
 * Throws a TypeError, naming the place, for what is not a figure or holds something that is not data.
 * @experimental
 */
export function cleanFigure(figure: Figure): Figure {
  checkObject('figure', figure, 'a figure, such as lineChart makes');
  if (!Array.isArray(figure.data) || figure.data.length === 0)
    throw new TypeError(`figure.data is ${show(figure.data)}, but must be a list of at least one trace.`);
  figure.data.forEach((trace, i) => {
    if (!isRecord(trace) || typeof trace.type !== 'string')
      throw new TypeError(`figure.data[${i}] is ${show(trace)}, but must be a trace with a \`type\`.`);
  });
  if (!isRecord(figure.layout))
    throw new TypeError(`figure.layout is ${show(figure.layout)}, but must be an object.`);
  const { data, layout, config } = figure;
  return clean(config === undefined ? { data, layout } : { data, layout, config }, 'figure', []) as Figure;
}

function clean(value: unknown, path: string, parents: unknown[]): unknown {
  if (typeof value === 'number') return roundNumber(value);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object')
    throw new TypeError(`${path} is ${show(value)}, but a figure holds only data: numbers, text, lists.`);
  if (parents.includes(value)) throw new TypeError(`${path} contains itself, but a figure must be a tree.`);
  const inside = [...parents, value];
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView)))
    return Array.from(value as ArrayLike<unknown>, (item, i) => clean(item, `${path}[${i}]`, inside));
  if (!isRecord(value))
    throw new TypeError(
      `${path} is an instance of ${value.constructor?.name}, but a figure holds only data.`,
    );
  return Object.fromEntries(
    Object.keys(value)
      .filter(key => value[key] !== undefined)
      .sort()
      .map(key => [key, clean(value[key], `${path}.${key}`, inside)]),
  );
}

/** `value` with seven significant digits; null where it is not finite; never -0. */
export function roundNumber(value: number): number | null {
  if (!Number.isFinite(value)) return null;
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value + 0 === 0 ? 0 : value;
  return Number(value.toPrecision(SIGNIFICANT_DIGITS));
}

/** Whether `value` is a plain object: made by { } in this or another realm. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The visible text of a plotly label: its tags removed, its line breaks made spaces. */
export const plainText = (label: string): string =>
  label
    .replace(/<br\s*\/?>/g, ' ')
    .replace(/<sub>(.*?)<\/sub>/g, '_$1')
    .replace(/<sup>(.*?)<\/sup>/g, '^$1')
    .replace(/<[^>]*>/g, '')
    .trim();

const titleOf = (part: unknown): string => {
  const title = isRecord(part) ? part.title : undefined;
  const text = isRecord(title) ? title.text : title;
  return typeof text === 'string' ? plainText(text) : '';
};

/**
 * Alternative text for a figure that states none: its title, what its axes show, and the names of its series.
 * A good alternative text also says what is to be seen; pass one to `show` where it matters.
 * @experimental
 */
export function describeFigure(figure: Figure): string {
  const { layout, data } = checkFigure('figure', figure);
  const axes = (letter: string) =>
    [
      ...new Set(
        Object.keys(layout)
          .filter(key => new RegExp(`^${letter}axis\\d*$`).test(key))
          .map(key => titleOf(layout[key])),
      ),
    ].filter(Boolean);
  const [x, y] = [axes('x'), axes('y')].map(titles => titles.join(' and '));
  const kinds: Record<string, string> = { bar: 'Bar chart', heatmap: 'Heat map' };
  const kind = kinds[data[0].type] ?? 'Chart';
  const against = y && x ? `${y} against ${x}` : y || x;
  const names = [
    ...new Set(
      data.filter(t => t.showlegend !== false && t.visible !== false && t.name).map(t => plainText(t.name!)),
    ),
  ];
  const head = [titleOf(layout), against].filter(Boolean).join(': ');
  return `${kind}${head ? ` of ${head}` : ''}${names.length > 0 ? ` (${names.join(', ')})` : ''}.`;
}
