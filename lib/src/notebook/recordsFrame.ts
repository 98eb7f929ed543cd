/**
 * An algorithm's records as a danfojs DataFrame, for `table`, statistics and plots of one's own. danfojs is loaded when this
 * is first called.
 */

import { scalarsOf } from '../logging/scalars';
import { fail, show } from '../math/check';
import { platform } from '../platform';
import type { DataFrameLike } from './table';

/**
 * A row for each record, a column for each of its numbers, truth values and texts, in their order; arrays, such as the
 * returns of all episodes, are left out. What a record lacks is NaN, as is `meanReturn` before the first episode has ended.
 *
 * Take such rows out, `frame.dropNa({ axis: 1 })`, before you group or sort: danfojs 1.2.0 says nothing, but a group's mean
 * is NaN if one of its numbers is, and a column that holds a NaN is not sorted at all. Compute with one column at a time:
 * arithmetic on a whole frame is done in 32 bits, and `frame.sample(n)` draws from the first 2 n - 1 rows only.
 */
export function recordsFrame(history: readonly object[]): DataFrameLike {
  if (!Array.isArray(history))
    throw new TypeError(`history is ${show(history)}, but must be an array of records.`);
  if (history.length === 0) fail('history is empty, but must hold at least one record.');
  const rows = history.map(record => {
    if (record === null || typeof record !== 'object')
      throw new TypeError(`history holds ${show(record)}, but must hold records.`);
    return scalarsOf(record);
  });
  const columns = [...new Set(rows.flatMap(row => Object.keys(row)))];
  const { DataFrame } = platform.optional('danfojs-node', 'recordsFrame') as {
    DataFrame: new (rows: unknown[][], options: { columns: string[]; dtypes: string[] }) => DataFrameLike;
  };
  const values = rows.map(row => columns.map(column => row[column] ?? Number.NaN));
  const dtypes = columns.map((_, i) => dtypeOf(values.map(row => row[i])));
  return new DataFrame(values, { columns, dtypes });
}

/**
 * The type that danfojs gives to such values, but by all of them: it looks at the first 20 rows, and a clip fraction that is
 * 0 for as long becomes a column of whole numbers, whose tensor cuts the fractions off.
 */
function dtypeOf(values: unknown[]): string {
  const all = (test: (value: unknown) => boolean) => values.every(test);
  if (all(value => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31)) return 'int32';
  if (all(value => typeof value === 'boolean')) return 'boolean';
  return all(value => typeof value !== 'string') ? 'float32' : 'string';
}
