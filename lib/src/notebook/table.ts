/**
 * `table(rows)`: a table below the cell, as clean HTML with a plain-text form.
 *
 * Takes a danfojs DataFrame, or a plain list of records { column: value }. Styles are inline and take their colours
 * from the page, so that the table reads in light and dark and after JupyterLab and GitHub have filtered the HTML.
 *
 * It shows the rows as they come, and neither groups nor sorts. danfojs-node 1.2.0 does both silently wrong where a
 * column holds a NaN: `groupby(...).mean()` gives NaN for the NaN's group, though `df['x'].mean()` leaves NaN out, and
 * `sortValues` may leave the rows in no order, or where they were. Take the rows with a NaN out first:
 *   const whole = df.loc({ rows: df['x'].isNa().values.map(isNa => !isNa) });
 */

import { checkInteger, knownOptions, type OptionNames, show as sample } from '../math/check';
import { isRecord } from '../plots/figure';
import { display, displayCaption, escapeMarkup } from './kernel';

/** What `table` needs of a danfojs-node DataFrame. */
export interface DataFrameLike {
  /** Names of the columns. */
  readonly columns: (string | number)[];
  /** Names of the rows. */
  readonly index: (string | number)[];
  /** The rows, each a list with one value for each column. */
  readonly values: unknown;
}

/** Options of `table`. */
export interface TableOptions {
  /** A sentence below the table, in Markdown with $...$ for formulas; default none. */
  caption?: string;
  /** Significant digits of numbers that are not whole; default 4. */
  digits?: number;
  /** Whether to show the index as the first column; default: when it is not 0, 1, 2, .... */
  index?: boolean;
  /** Rows shown at most, the first ones; default 50. */
  maxRows?: number;
}

const TABLE_OPTIONS: OptionNames<TableOptions> = {
  caption: 'optional',
  digits: 'optional',
  index: 'optional',
  maxRows: 'optional',
};

interface Grid {
  header: string[];
  rows: unknown[][];
}

/** Shows a DataFrame or a list of records. Throws a TypeError if `data` is neither. */
export function table(
  data: DataFrameLike | readonly Readonly<Record<string, unknown>>[],
  options: TableOptions = {},
): void {
  knownOptions('table', options, TABLE_OPTIONS);
  display(tableBundle(data, options));
  displayCaption('Table', options.caption);
}

/** What `table` sends: HTML and text. */
export function tableBundle(
  data: DataFrameLike | readonly Readonly<Record<string, unknown>>[],
  options: TableOptions = {},
): { 'text/html': string; 'text/plain': string } {
  const digits = checkInteger('options.digits', options.digits ?? 4, 1, 17);
  const maxRows = checkInteger('options.maxRows', options.maxRows ?? 50, 1);
  const { header, rows } = gridOf(data, options.index);
  const numeric = header.map((_, c) => rows.some(row => isNumber(row[c])));
  const text = rows.slice(0, maxRows).map(row => row.map(value => formatCell(value, digits)));
  const more = rows.length > maxRows ? `... ${rows.length - maxRows} more rows` : '';
  return {
    'text/html': html(header, text, numeric, more),
    'text/plain': plain(header, text, numeric, more),
  };
}

function gridOf(data: unknown, index: boolean | undefined): Grid {
  if (Array.isArray(data)) {
    data.forEach((row, i) => {
      if (!isRecord(row))
        throw new TypeError(`data[${i}] is ${sample(row)}, but must be a record { column: value }.`);
    });
    const header = [...new Set(data.flatMap(row => Object.keys(row)))];
    const rows = data.map(row => header.map(column => row[column]));
    return index ? withIndex({ header, rows }, [...rows.keys()]) : { header, rows };
  }
  const frame = data as Partial<DataFrameLike> | null;
  if (!Array.isArray(frame?.columns) || !Array.isArray(frame.values) || !Array.isArray(frame.index))
    throw new TypeError(`data is ${sample(data)}, but must be a DataFrame or a list of records.`);
  // A Series' values are a flat list; a DataFrame's are a list of rows.
  const rows = frame.values.map(row => (Array.isArray(row) ? row : [row]));
  const grid = { header: frame.columns.map(String), rows };
  const plainIndex = frame.index.every((label, i) => label === i);
  return (index ?? !plainIndex) ? withIndex(grid, frame.index) : grid;
}

const withIndex = ({ header, rows }: Grid, index: unknown[]): Grid => ({
  header: ['', ...header],
  rows: rows.map((row, i) => [index[i], ...row]),
});

const isNumber = (value: unknown): boolean => typeof value === 'number' || typeof value === 'bigint';

/** A cell as text: whole numbers as they are, others to `digits` significant digits; nothing for a missing value. */
export function formatCell(value: unknown, digits: number): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'number') return String(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  const text =
    Number.isInteger(value) && size < 1e15
      ? String(Math.abs(value))
      : size >= 1e-4 && size < 1e15
        ? fixed(size, digits)
        : size.toExponential(digits - 1);
  return value < 0 ? `−${text}` : text;
}

/** Positional notation with `digits` significant digits, and never fewer than the whole part has. */
function fixed(size: number, digits: number): string {
  const rounded = Number(size.toPrecision(digits));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(rounded)));
  return size.toFixed(Math.min(20, decimals));
}

function html(header: string[], rows: string[][], numeric: boolean[], more: string): string {
  const align = (c: number) => `text-align:${numeric[c] ? 'right' : 'left'}`;
  const cell = (tag: string, c: number, text: string, rule: string) =>
    `<${tag} style="${align(c)};padding:3px 12px;${rule}${numeric[c] ? 'font-variant-numeric:tabular-nums' : ''}">${escapeMarkup(text)}</${tag}>`;
  const line = (cells: string) => `<tr>${cells}</tr>`;
  const head = header.map((name, c) => cell('th', c, name, 'border-bottom:1px solid #8c959f;')).join('');
  const body = rows.map(row => line(row.map((text, c) => cell('td', c, text, '')).join('')));
  const last = more
    ? [line(`<td colspan="${header.length}" style="padding:3px 12px"><i>${more}</i></td>`)]
    : [];
  return [
    '<table style="border-collapse:collapse;margin:4px 0">',
    `<thead>${line(head)}</thead>`,
    '<tbody>',
    ...body,
    ...last,
    '</tbody>',
    '</table>',
  ].join('\n');
}

function plain(header: string[], rows: string[][], numeric: boolean[], more: string): string {
  const width = header.map((name, c) => Math.max(name.length, ...rows.map(row => row[c].length)));
  const line = (cells: string[]) =>
    cells
      .map((text, c) => (numeric[c] ? text.padStart(width[c]) : text.padEnd(width[c])))
      .join('  ')
      .trimEnd();
  return [
    line(header),
    width.map(w => '-'.repeat(w)).join('  '),
    ...rows.map(line),
    ...(more ? [more] : []),
  ].join('\n');
}
