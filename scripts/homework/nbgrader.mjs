/** nbgrader, run as the project means it. */

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { jupyterEnvironment } from '../setup/paths.mjs';
import { SetupFailure } from '../setup/report.mjs';
import { homeworkDir } from './files.mjs';

/** Whether a Python has nbgrader: .venv's has it from Python 3.11 on. */
export const hasNbgrader = python =>
  spawnSync(
    python,
    ['-c', 'import importlib.util, sys; sys.exit(importlib.util.find_spec("nbgrader") is None)'],
    {
      stdio: 'ignore',
    },
  ).status === 0;

export function checkNbgrader(python) {
  if (!hasNbgrader(python))
    throw new SetupFailure(
      'nbgrader is not installed: it needs Python 3.11 or newer.',
      'Install a newer Python, delete .venv, and run the same command again.',
    );
}

/** An environment in which commands of a Python's packages are found by their names, as nbgrader looks for `alembic`. */
export const withPython = (python, env) => ({
  ...env,
  PATH: [dirname(process.execPath), dirname(python), env.PATH].join(delimiter),
});

/**
 * Runs an nbgrader command to its end.
 * @param {string} python that of .venv
 * @param {string[]} args for example ['autograde', 'hw1']
 * @param {{ course?: string, stdio?: 'inherit' | 'pipe' }} options course: the folder that holds source/, submitted/, ...
 * @returns {{ status: number, output: string }}
 */
export function nbgrader(python, args, { course = homeworkDir, stdio = 'pipe' } = {}) {
  checkNbgrader(python);
  const env = withPython(python, jupyterEnvironment());
  mkdirSync(env.IPYTHONDIR, { recursive: true }); // where it is missing, IPython warns of it
  const { status, stdout, stderr, error } = spawnSync(
    python,
    [
      // Without SQLAlchemy's warning of something in nbgrader's own tables, several times a submission.
      ...['-W', 'ignore:Object of type', '-m', 'nbgrader', ...args],
      ...(course === homeworkDir ? [] : [`--CourseDirectory.root=${course}`]),
    ],
    {
      cwd: homeworkDir, // where its configuration is
      stdio,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env,
    },
  );
  return { status: status ?? 1, output: `${stdout ?? ''}${stderr ?? ''}${error ?? ''}` };
}
