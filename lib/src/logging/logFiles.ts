/**
 * Logs of a training, a line for each iteration, written as it goes on: whatever stops the training, what happened until then
 * is in the file. Each is a callback, alone or with others:
 *
 *   await ppoClip({ ..., onIteration: [csvLog('run.csv'), jsonLinesLog('run.jsonl'), bar.iteration] });
 *
 * A log never overwrites a file. That of a run which is resumed goes on in its file with `resume: true`: lines of iterations
 * that are run again are replaced.
 */

import { fail, knownOptions, type OptionNames, show } from '../math/check';
import { platform } from '../platform';
import { type LogRecord, scalarsOf } from './scalars';

/** Options of the logs of training. */
export interface LogOptions {
  /** Go on in a file that is there, for a run that is resumed. Without it such a file is refused. */
  resume?: boolean;
}

const LOG_OPTIONS: OptionNames<LogOptions> = { resume: 'optional' };

/** A log: told of each iteration, as `onIteration`. */
export type Log = (record: LogRecord) => void;

/** How lines look. */
interface Format {
  /** The line above the first record, if there is one. */
  header?(record: LogRecord): string;
  line(record: LogRecord, header: string): string;
  /** The iteration of a line below the header; undefined if it is none of this format. */
  iterationOf(line: string, header: string): number | undefined;
}

/** Comma-separated values (RFC 4180): a column for each number, truth value and text of the first record. Folders are made. */
export const csvLog = (path: string, options: LogOptions = {}): Log => {
  const { resume = false } = knownOptions('csvLog', options, LOG_OPTIONS);
  return fileLog(path, resume, {
    header: record => Object.keys(scalarsOf(record)).map(csvCell).join(','),
    line(record, header) {
      const scalars = scalarsOf(record);
      const columns = header.split(',');
      const more = Object.keys(scalars).find(name => !columns.includes(csvCell(name)));
      if (more !== undefined)
        fail(
          `a record has ${more}, which is no column of ${path}: log records of one algorithm to one file.`,
        );
      return columns.map(name => csvCell(scalars[name] ?? '')).join(',');
    },
    iterationOf(line, header) {
      const at = header.split(',').indexOf('iteration');
      const iteration = at < 0 ? Number.NaN : Number(line.split(',', at + 1)[at] || Number.NaN);
      return Number.isInteger(iteration) ? iteration : undefined;
    },
  });
};

const csvCell = (value: unknown): string => {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/**
 * JSON lines: an object a line, with everything that the record has, the returns of all episodes too. JSON has no NaN and no
 * Infinity: they stand as null. Folders are made.
 */
export const jsonLinesLog = (path: string, options: LogOptions = {}): Log => {
  const { resume = false } = knownOptions('jsonLinesLog', options, LOG_OPTIONS);
  return fileLog(path, resume, {
    line: record =>
      JSON.stringify(record, (_key, value) =>
        ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value,
      ),
    iterationOf(line) {
      try {
        const { iteration } = JSON.parse(line);
        return Number.isInteger(iteration) ? iteration : undefined;
      } catch {
        return undefined;
      }
    },
  });
};

function fileLog(path: string, resume: boolean, format: Format): Log {
  const { files } = platform;
  if (typeof path !== 'string' || path === '')
    throw new TypeError(`path is ${show(path)}, but must be the name of a file.`);
  if (files.exists(path) && (!resume || files.isFolder(path)))
    fail(`${path} exists: continue it with resume: true, or choose another name.`);
  let begun = false;
  let header = '';
  return record => {
    if (!begun) header = begin(record);
    begun = true;
    files.append(path, `${format.line(record, header)}\n`);
  };

  /** Writes the header, or leaves of a file that is there what was before this record. */
  function begin(record: LogRecord): string {
    const wanted = format.header?.(record) ?? '';
    if (!files.exists(path)) {
      files.write(path, format.header ? `${wanted}\n` : '');
      return wanted;
    }
    if (!resume) fail(`${path} appeared while the training ran: choose another name.`);
    const lines = files.read(path).split(/\r?\n/);
    const rest = lines.pop(); // of a line that was cut off while it was written, or nothing
    const first = format.header ? (lines.shift() ?? rest ?? '') : '';
    if (format.header && first !== wanted && first !== '')
      fail(`${path} is no log of such records: its first line is ${show(first)}.`);
    const iterations = lines.map(line => format.iterationOf(line, first));
    if (iterations.includes(undefined))
      fail(`${path} is no log of such records: it has a line without an iteration.`);
    const next = (record as { iteration?: number }).iteration ?? Number.POSITIVE_INFINITY;
    const kept = lines.filter((_, i) => iterations[i]! < next);
    files.write(path, [...(format.header ? [wanted] : []), ...kept, ''].join('\n'));
    return wanted;
  }
}
