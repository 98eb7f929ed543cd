/** Node's console: the same text for the same value, written to the cell's output. */

import util from 'node-inspect-extracted';

const { format, formatWithOptions, inspect } = util;

/** @param process has the streams that are written to, looked up at each call */
export function nodeConsole(process) {
  let indent = '';
  const counts = new Map();
  const times = new Map();
  const write = (stream, text) => {
    process[stream].write(`${indent}${text.replaceAll('\n', `\n${indent}`)}\n`);
  };
  const out = (...args) => write('stdout', format(...args));
  const err = (...args) => write('stderr', format(...args));
  const elapsed = label => `${label}: ${(performance.now() - times.get(label)).toPrecision(4)}ms`;
  const known = (label, use) =>
    times.has(label) ? out(use()) : err(`Warning: No such label '${label}' for console.time()`);
  const group = (...args) => {
    if (args.length > 0) out(...args);
    indent += '  ';
  };
  return {
    log: out,
    info: out,
    debug: out,
    warn: err,
    error: err,
    trace: (...args) => err(new Error(format(...args)).stack.replace(/^Error/, 'Trace')),
    dir: (value, options) => write('stdout', inspect(value, { customInspect: false, ...options })),
    dirxml: out,
    assert(condition, ...args) {
      if (condition) return;
      if (typeof args[0] === 'string') err(`Assertion failed: ${args[0]}`, ...args.slice(1));
      else err('Assertion failed', ...args);
    },
    clear() {},
    count(label = 'default') {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      out(`${label}: ${counts.get(label)}`);
    },
    countReset(label = 'default') {
      counts.delete(label);
    },
    time(label = 'default') {
      times.set(label, performance.now());
    },
    timeLog: (label = 'default', ...args) =>
      known(label, () => [elapsed(label), ...args.map(value => formatWithOptions({}, value))].join(' ')),
    timeEnd(label = 'default') {
      known(label, () => elapsed(label));
      times.delete(label);
    },
    group,
    groupCollapsed: group,
    groupEnd() {
      indent = indent.slice(2);
    },
    table: (data, columns) => out(typeof data === 'object' && data !== null ? tableOf(data, columns) : data),
  };
}

/** A table as Node draws it. */
function tableOf(data, columns) {
  const entries =
    data instanceof Map
      ? [...data.values()].map((v, i) => [i, v])
      : Object.entries(data instanceof Set ? [...data] : data);
  const shown = value =>
    inspect(value, { maxArrayLength: 3, breakLength: Number.POSITIVE_INFINITY, depth: 0 });
  const isRow = value => typeof value === 'object' && value !== null;
  const keys = columns ?? [...new Set(entries.flatMap(([, row]) => (isRow(row) ? Object.keys(row) : [])))];
  const plain = entries.some(([, row]) => !isRow(row));
  const head = ['(index)', ...keys, ...(plain ? ['Values'] : [])];
  const rows = entries.map(([index, row]) => [
    String(index),
    ...keys.map(key => (isRow(row) && Object.hasOwn(row, key) ? shown(row[key]) : '')),
    ...(plain ? [isRow(row) ? '' : shown(row)] : []),
  ]);
  const width = head.map((name, c) => Math.max(name.length, ...rows.map(row => row[c].length)) + 2);
  const line = cells => `│${cells.map((text, c) => ` ${text.padEnd(width[c] - 1)}`).join('│')}│`;
  const rule = ([left, middle, right]) => `${left}${width.map(w => '─'.repeat(w)).join(middle)}${right}`;
  return [rule('┌┬┐'), line(head), rule('├┼┤'), ...rows.map(line), rule('└┴┘')].join('\n');
}
