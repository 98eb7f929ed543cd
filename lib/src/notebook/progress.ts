/**
 * `progress()`: a live bar for a training loop.
 *
 * While the loop runs it shows how far it is, its rate, the time left and a small learning curve, in place and at most
 * ten times a second. When it is done, one line replaces all of that; the line holds no clock reading, so that a
 * notebook's outputs are the same from run to run. In a terminal it is a single line; where the output goes to a file,
 * only the final line appears.
 *
 *   const bar = progress({ total: 200, label: 'REINFORCE' });
 *   const result = await reinforce({ ..., onIteration: bar.iteration });
 *   bar.done();
 */

import {
  checkFinite,
  checkFunction,
  checkInteger,
  fail,
  knownOptions,
  type OptionNames,
  show,
} from '../math/check';
import { platform } from '../platform';
import { display, escapeMarkup, liveDisplay } from './kernel';
import { formatCell } from './table';

/** Options of `progress`. */
export interface ProgressOptions {
  /** Iterations (or steps) until done. */
  total: number;
  /** What runs; default 'progress'. */
  label?: string;
  /** Whether to draw the curve of the values reported; default true. */
  curve?: boolean;
  /** Name of the value; default 'mean return'. */
  valueName?: string;
}

const PROGRESS_OPTIONS: OptionNames<ProgressOptions> = {
  total: 'required',
  label: 'optional',
  curve: 'optional',
  valueName: 'optional',
};

/** One row of a training history, as algorithms report it. */
export interface ProgressRow {
  /** Index of the iteration that just ended, from 0. */
  iteration: number;
  /** Mean return of the episodes that ended in it, where some did. */
  meanReturn?: number;
}

/** A running progress display. Its functions may be passed on by themselves. */
export interface Progress {
  /** Reports that `count` of `total` are done, a fraction of one perhaps, with the current value where there is one. */
  update(count: number, value?: number): void;
  /** Reports a history row: pass it as an algorithm's `onIteration`. */
  iteration(row: ProgressRow): void;
  /** Puts another curve in the place of that of the values reported, from the next update on. */
  draw(values: readonly number[]): void;
  /** Ends the display with one line; default: label, count and the last value. Calling it again changes nothing. */
  done(line?: string): void;
}

/** Where a progress display writes and what it reads the time from; tests put their own here. */
export interface ProgressTarget {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Shows the current state; undefined where nothing live can be shown. */
  live?: (bundle: { 'text/html': string; 'text/plain': string }) => void;
  /** Shows the final line. */
  final(line: string): void;
}

const MILLISECONDS_BETWEEN = 100;
const CURVE_POINTS = 120;

/**
 * `items.map(f)` under a progress display of its own, named `label`. Where f returns promises, one item begins when the one
 * before it has ended, and a promise of the results comes back.
 *
 *   const errors = progressOver(sizes, '100 estimates for each m', m => errorsOf(m));
 * @experimental
 */
export function progressOver<T, R>(
  items: readonly T[],
  label: string,
  f: (item: T, i: number) => Promise<R>,
): Promise<R[]>;
export function progressOver<T, R>(items: readonly T[], label: string, f: (item: T, i: number) => R): R[];
export function progressOver<T, R>(
  items: readonly T[],
  label: string,
  f: (item: T, i: number) => R | Promise<R>,
): R[] | Promise<R[]> {
  if (!Array.isArray(items)) throw new TypeError(`items is ${show(items)}, but must be a list.`);
  checkFunction('f', f, 'of an item');
  const bar = progress({ total: items.length, label, curve: false });
  const results: R[] = [];
  const finish = () => {
    bar.done();
    return results;
  };
  const rest = async (first: Promise<R>) => {
    results.push(await first);
    bar.update(1);
    for (let i = 1; i < items.length; i++) {
      results.push(await f(items[i], i));
      bar.update(i + 1);
    }
    return finish();
  };
  for (const [i, item] of items.entries()) {
    const result = f(item, i);
    if (isPromise(result)) return rest(result);
    results.push(result);
    bar.update(i + 1);
  }
  return finish();
}

/** A promise, also one of another realm, such as that of a notebook's cells. */
const isPromise = <R>(value: R | Promise<R>): value is Promise<R> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

/** Starts a progress display. Throws a RangeError unless `total` is a whole number of at least 1. */
export function progress(options: ProgressOptions, target: ProgressTarget = defaultTarget()): Progress {
  knownOptions('progress', options, PROGRESS_OPTIONS);
  const total = checkInteger('options.total', options.total, 1);
  const { label = 'progress', curve = true, valueName = 'mean return' } = options;
  const started = target.now();
  let shownAt = -Infinity;
  let count = 0;
  let value: number | undefined;
  let ended = false;
  // Every stride-th value; when the list is full, every other one goes and the stride doubles.
  let values: number[] = [];
  let stride = 1;
  let reports = 0;
  let drawn: readonly number[] | undefined;

  function report(nextCount: number, nextValue?: number): void {
    if (ended) return;
    count = checkFinite('count', nextCount, 0);
    if (nextValue !== undefined && Number.isFinite(nextValue)) {
      value = nextValue;
      if (reports++ % stride === 0) values.push(nextValue);
      if (values.length > CURVE_POINTS) {
        values = values.filter((_, i) => i % 2 === 0);
        stride *= 2;
      }
    }
    const now = target.now();
    if (!target.live || now - shownAt < MILLISECONDS_BETWEEN) return;
    shownAt = now;
    const seconds = (now - started) / 1000;
    const rate = seconds > 0 ? count / seconds : 0;
    const left = rate > 0 ? Math.max(0, total - count) / rate : undefined;
    const words = [
      `${Math.floor(count)} / ${total}`,
      rate > 0 ? `${formatCell(Number(rate.toPrecision(3)), 3)} per second` : '',
      left === undefined ? '' : `${duration(left)} left`,
      value === undefined ? '' : `${valueName} ${formatCell(value, 4)}`,
    ];
    const status = words.filter(Boolean).join(' · ');
    target.live({
      'text/html': bar(
        label,
        status,
        Math.min(1, count / total),
        curve ? sparkline(drawn ?? values, valueName) : '',
      ),
      'text/plain': `${label}: ${status}`,
    });
  }

  return {
    update: report,
    iteration: row => {
      if (!row || !Number.isInteger(row.iteration))
        fail('row.iteration is missing, but must be the index of the iteration that ended.');
      report(row.iteration + 1, row.meanReturn);
    },
    draw: curve => {
      drawn = curve;
    },
    done: line => {
      if (ended) return;
      ended = true;
      const summary = value === undefined ? '' : `, ${valueName} ${formatCell(value, 4)}`;
      target.final(line ?? `${label}: ${Math.floor(count)} of ${total} done${summary}`);
    },
  };
}

/** The notebook where there is one, else the terminal, else nothing but the final line. */
function defaultTarget(): ProgressTarget {
  const now = () => performance.now();
  const live = liveDisplay();
  if (live) return { now, live, final: line => live({ 'text/plain': line }) };
  const { terminal } = platform;
  if (!terminal) return { now, final: line => display({ 'text/plain': line }) };
  const put = (text: string) =>
    terminal.write(`\r\u001b[2K${text.slice(0, Math.max(20, terminal.columns - 1))}`);
  return {
    now,
    live: bundle => put(bundle['text/plain']),
    final: line => {
      put('');
      display({ 'text/plain': line });
    },
  };
}

/** Seconds as people say them: '45 s', '2 min 05 s', '1 h 10 min'. */
function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const two = (n: number) => String(n).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

function bar(label: string, status: string, share: number, curve: string): string {
  const done = `<div style="width:${(100 * share).toFixed(1)}%;height:8px;border-radius:4px;background:#0072B2"></div>`;
  return (
    `<div style="max-width:560px"><div><b>${escapeMarkup(label)}</b> ${escapeMarkup(status)}</div>` +
    `<div style="height:8px;border-radius:4px;background:rgba(140,149,159,0.35);margin:4px 0">${done}</div>${curve}</div>`
  );
}

/** The values so far as a small line, its lowest and highest value beside it. */
function sparkline(values: readonly number[], name: string): string {
  if (values.length < 2) return '';
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (i: number) => ((i / (values.length - 1)) * 456 + 2).toFixed(1);
  const y = (value: number) => (high === low ? 25 : 46 - (42 * (value - low)) / (high - low)).toFixed(1);
  const text = (at: number, value: number) =>
    `<text x="466" y="${at}" font-size="11" fill="currentColor">${formatCell(value, 3)}</text>`;
  return (
    `<svg viewBox="0 0 540 50" width="100%" role="img" aria-label="${escapeMarkup(name)} so far" style="display:block">` +
    `<polyline fill="none" stroke="#D55E00" stroke-width="1.8" points="${values.map((v, i) => `${x(i)},${y(v)}`).join(' ')}"/>` +
    `${text(12, high)}${high === low ? '' : text(46, low)}</svg>`
  );
}
