/**
 * Data as charts take them: an object from each series' name to its points. `curve` makes the points of one series from
 * a function of x, `series` makes the object from a list or another object.
 *
 *   lineChart(series([0.5, 0.9], gamma => curve(horizons, H => noise(gamma, H)), gamma => `γ = ${gamma}`), { ... })
 */

import { checkFunction, fail, show } from '../math/check';
import type { Interval } from '../math/statistics';
import { isRecord, type Numbers } from './figure';

/** Points (x[i], y[i]); with `low` and `high`, [n] each, the ends of an interval around each y. @experimental */
export interface Points {
  /** [n] horizontal positions. */
  x: Numbers;
  /** [n] vertical positions. */
  y: Numbers;
  /** [n] the lower ends of the intervals. */
  low?: Numbers;
  /** [n] the upper ends of the intervals. */
  high?: Numbers;
  /** A text beside each point, [n]; default none. */
  text?: readonly string[];
}

/** From each series' name to its data. @experimental */
export type Series<T> = Readonly<Record<string, T>>;

/**
 * The points (x[i], f(x[i], i)). Where f returns an interval { estimate, low, high }, such as those of `meanInterval` and
 * `bootstrapInterval`, they have one each. Throws a TypeError where some have an interval and others don't.
 * @experimental
 */
export function curve(x: Numbers, f: (x: number, i: number) => number | Interval): Points {
  if (typeof x?.length !== 'number') throw new TypeError(`x is ${show(x)}, but must be a list of numbers.`);
  checkFunction('f', f, 'that gives y for x');
  const at = Array.from(x, f);
  if (!at.some(isRecord)) return { x, y: at as number[] };
  const intervals = at.map((value, i) => {
    if (!isRecord(value))
      throw new TypeError(
        `f(x[${i}]) is ${show(value)}, but must be an interval { estimate, low, high }, as others are.`,
      );
    return value as unknown as Interval;
  });
  const column = (field: keyof Interval) => intervals.map(interval => interval[field]);
  return { x, y: column('estimate'), low: column('low'), high: column('high') };
}

/**
 * An object with one entry for each item of a list, or of another object: its name, and what `value` makes of it.
 * @param name of each item; default: the item as text, or the name that it has in the object
 * Throws a RangeError if two items get the same name.
 * @experimental
 */
export function series<T, R>(
  of: readonly T[],
  value: (item: T, i: number) => R,
  name?: (item: T, i: number) => string,
): Record<string, R>;
export function series<T, R>(
  of: Series<T>,
  value: (item: T, name: string) => R,
  name?: (name: string) => string,
): Record<string, R>;
export function series<T, R>(
  of: readonly T[] | Series<T>,
  value: (item: T, key: never) => R,
  name: (item: never, i: never) => string = String,
): Record<string, R> {
  checkFunction('value', value, 'of an item');
  const list: [string, R][] = Array.isArray(of)
    ? of.map((item, i) => [name(item as never, i as never), value(item, i as never)])
    : entries('of', of as Series<T>).map(([key, item]) => [
        name(key as never, undefined as never),
        value(item, key as never),
      ]);
  const all = Object.fromEntries(list);
  if (Object.keys(all).length < list.length) {
    const twice = list.find(([key], i) => list.some(([other], k) => k < i && other === key))!;
    fail(`two items have the name '${twice[0]}', but each must have its own.`);
  }
  return all;
}

/** The series by name, at least one. */
export function entries<T>(name: string, series: Series<T>): [string, T][] {
  if (!isRecord(series) || Object.keys(series).length === 0)
    throw new TypeError(
      `${name} is ${show(series)}, but must be an object from each series' name to its data.`,
    );
  return Object.entries(series);
}

/** Throws unless all lists of a series are as long. */
export function checkPoints(name: string, points: Points, least = 1): void {
  const length = points?.x?.length;
  if (typeof length !== 'number')
    throw new TypeError(
      `series '${name}' is ${show(points)}, but must be { x, y } with two lists of numbers.`,
    );
  if (length < least) fail(`series '${name}' has no points, but must have at least one.`);
  for (const field of ['y', 'low', 'high', 'text'] as const) {
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
export function checkChoice(name: string, value: string | undefined, ...allowed: string[]): void {
  if (value !== undefined && !allowed.includes(value))
    fail(`${name} is ${show(value)}, but must be ${allowed.map(choice => `'${choice}'`).join(' or ')}.`);
}
