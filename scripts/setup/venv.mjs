/** Virtual environments of pinned packages for single commands, each in a folder of its own in .pglab. */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { windows, workDir } from './paths.mjs';
import { commonFailure, runQuietly, SetupFailure, say, saysUnreachable } from './report.mjs';

/**
 * Makes the environment, or finds that it is whole; one that was cut off is made anew.
 * @param {{ python: string, folder: string, what: string, requirements: string, constraints?: string[], oldest?: [number, number] }} options
 *   python: the one to make it with; folder: where, below .pglab; what: what is installed, in words; requirements and
 *   constraints: files in pip's form; oldest: the oldest Python for which the pins hold
 * @returns {Promise<string>} the environment's Python
 */
export async function makeEnvironment({ python, folder, what, requirements, constraints = [], oldest }) {
  const venv = join(workDir, folder);
  const venvPython = windows ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');
  const mark = join(venv, 'pglab-installed');
  const stamp = [requirements, ...constraints]
    .reduce((hash, file) => hash.update(readFileSync(file)), createHash('sha256'))
    .digest('hex');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === stamp) return venvPython;
  if (oldest) await refuseOlder(python, oldest, what);
  say(`Installing ${what} from the Python package index into .pglab/${folder} (about a minute)`);
  await must(python, ['-m', 'venv', '--clear', venv]);
  await must(venvPython, [
    ...['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--quiet'],
    ...['--cache-dir', join(workDir, 'cache', 'pip'), '--retries', '2', '--timeout', '30'],
    ...['-r', requirements, ...constraints.flatMap(file => ['-c', file])],
  ]);
  writeFileSync(mark, stamp);
  return venvPython;
}

async function refuseOlder(python, [major, minor], what) {
  const program = `import sys; sys.exit(sys.version_info < (${major}, ${minor}))`;
  const { status } = await runQuietly('python', python, ['-c', program]);
  if (status !== 0)
    throw new SetupFailure(
      `.venv is made with a Python older than ${major}.${minor}, and ${what} needs that one.`,
      `Install Python ${major}.${minor} or newer, delete the folder .venv, then run the same command again.`,
    );
}

/** Runs a command to its end, or fails with one cause and one remedy. */
export async function must(command, args, options) {
  const { status, output } = await runQuietly(command.split(/[\\/]/).at(-1), command, args, options);
  if (status === 0) return output;
  if (saysUnreachable(output))
    throw new SetupFailure(
      "The Python package index can't be reached.",
      'Connect to the network (or set the proxy: HTTPS_PROXY), then run the same command again.',
    );
  throw (
    commonFailure(output) ??
    new SetupFailure(
      `${command} failed: ${output.trim().split('\n').at(-1)}`,
      'See .pglab/setup.log for all that it printed.',
    )
  );
}
