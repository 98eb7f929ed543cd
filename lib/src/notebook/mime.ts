/**
 * What a value looks like below a cell when it is the cell's last expression.
 *
 * An object says so itself by a method under a well-known symbol, the one that Deno's notebooks use, too. It returns a
 * MIME bundle, from MIME type to content, or a promise of one:
 *
 *   class Gridworld {
 *     [Symbol.for('Jupyter.display')]() {
 *       return { 'image/svg+xml': this.svg(), 'text/plain': 'a gridworld of 4 x 4' };
 *     }
 *   }
 *
 * A danfojs-node DataFrame or Series shows as `table` shows it, a figure as `show` does, without either having such a
 * method; an `animation` has it.
 */

import { type Figure, isRecord } from '../plots/figure';
import { figureBundle } from './show';
import { type DataFrameLike, tableBundle } from './table';

/** How a value shows. */
export interface ShownValue {
  /** From MIME type to content. */
  data: Record<string, unknown>;
  /** What a notebook keeps beside it, such as a figure's alternative text. */
  metadata: Record<string, unknown>;
}

/**
 * The MIME bundle of a table or a figure, for whoever shows values (the notebooks' kernel does).
 * @returns undefined for a value that is neither, and for one that says itself how it is shown
 */
export function mimeBundle(value: unknown): ShownValue | undefined {
  if (isFrame(value)) return { data: tableBundle(value), metadata: {} };
  if (isFigure(value)) return figureBundle(value);
  return undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** A DataFrame or Series by its shape: their package is not loaded from here. */
const isFrame = (value: unknown): value is DataFrameLike =>
  isObject(value) && ['columns', 'index', 'values'].every(key => Array.isArray(value[key]));

/** What the charts make, whole: traces that name their type, and a layout. */
const isFigure = (value: unknown): value is Figure =>
  isRecord(value) &&
  Array.isArray(value.data) &&
  value.data.length > 0 &&
  value.data.every(trace => isRecord(trace) && typeof trace.type === 'string') &&
  isRecord(value.layout);
