/** The command line of `npm run bench:peers`. */

import { parseArgs } from 'node:util';
import { SetupFailure } from '../../scripts/setup/report.mjs';
import { tasks } from './settings.mjs';

/** The command line, read; a `SetupFailure` says what is wrong with it. */
export function readArguments(args) {
  const options = {
    runs: { type: 'string' },
    steps: { type: 'string' },
    threads: { type: 'string' },
    cuda: { type: 'boolean' },
  };
  const remedy =
    'Use it so: npm run bench:peers -- [task ...] [--runs 3] [--steps 100000] [--threads 2] [--cuda].';
  let read;
  try {
    read = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new SetupFailure(error.message.split('. ')[0] + '.', remedy);
  }
  const { values, positionals } = read;
  for (const name of positionals)
    if (!Object.hasOwn(tasks, name))
      throw new SetupFailure(`task is ${name}, but must be one of ${Object.keys(tasks).join(', ')}.`, remedy);
  const whole = (name, fallback) => {
    const x = values[name] === undefined ? fallback : Number(values[name]);
    if (x !== undefined && !(Number.isInteger(x) && x >= 1))
      throw new SetupFailure(`--${name} is ${values[name]}, but must be a whole number, 1 or more.`, remedy);
    return x;
  };
  const threads = whole('threads');
  if (threads > 2) throw new SetupFailure(`--threads is ${threads}, but must be 1 or 2.`, remedy);
  return {
    names: Object.keys(tasks).filter(name => positionals.length === 0 || positionals.includes(name)),
    runs: whole('runs'),
    steps: whole('steps'),
    threads,
    cuda: values.cuda ?? false,
  };
}
