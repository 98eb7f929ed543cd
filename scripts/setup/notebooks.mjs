/** Jupyter's trust in notebooks: without it every opened notebook is a warning in the terminal. */

import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { jupyterEnvironment, root } from './paths.mjs';

/** The notebooks that are as the project committed them; none where git can't tell. */
export function committedNotebooks() {
  const git = (...args) => {
    const { status, stdout } = spawnSync('git', [...args, '-z', '--', 'notebooks/*.ipynb'], {
      cwd: root,
      encoding: 'utf8',
    });
    return status === 0 ? stdout.split('\0').filter(Boolean) : [];
  };
  const changed = new Set(git('diff', '--name-only', 'HEAD'));
  return git('ls-files')
    .filter(file => !changed.has(file))
    .map(file => join(root, file));
}

/** Signs notebooks as trusted. Resolves when that is done; it may go on beside a Jupyter that starts. */
export function trust(python, notebooks) {
  if (notebooks.length === 0) return Promise.resolve();
  const signing = spawn(python, ['-m', 'nbformat.sign', ...notebooks], {
    env: jupyterEnvironment(),
    stdio: 'ignore',
  });
  return new Promise(resolve => signing.on('close', resolve).on('error', resolve));
}
