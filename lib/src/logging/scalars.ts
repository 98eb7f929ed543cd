/** What of an algorithm's record is a number, or can be told in one: the columns of logs and tables. */

/** A record of an algorithm, such as an element of `history`. */
export type LogRecord = object;

/** The numbers, truth values and texts of a record, by name. Arrays, such as the returns of all episodes, are left out. */
export function scalarsOf(record: LogRecord): Record<string, number | boolean | string> {
  const entries = Object.entries(record).filter(([, value]) =>
    ['number', 'boolean', 'string'].includes(typeof value),
  );
  return Object.fromEntries(entries);
}
