/** Where things are. Everything that set-up makes lies inside the checkout: node_modules, .venv and .pglab. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
export const windows = process.platform === 'win32';

/** Caches, logs and Jupyter's own files. */
export const workDir = join(root, '.pglab');
export const logFile = join(workDir, 'setup.log');

export const venvDir = join(root, '.venv');
export const venvPython = windows ? join(venvDir, 'Scripts', 'python.exe') : join(venvDir, 'bin', 'python');

/** The project's own TypeScript compiler; node_modules/.bin/tsc belongs to a dependency of tslab. */
export const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
export const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');

/** Where set-up writes the kernelspec that Windows needs; see kernelspec.mjs. */
export const windowsJupyterPath = join(workDir, 'jupyter', 'share');

/**
 * The environment in which Jupyter and its kernels run: the project's kernelspec and configuration are found through
 * it, and everything that Jupyter writes goes to .pglab.
 */
export function jupyterEnvironment(base = process.env) {
  const jupyterDir = join(workDir, 'jupyter');
  return {
    ...base,
    JUPYTER_PATH: [...(windows ? [windowsJupyterPath] : []), join(root, 'jupyter')].join(windows ? ';' : ':'),
    JUPYTER_CONFIG_PATH: join(root, 'jupyter', 'config'),
    JUPYTER_CONFIG_DIR: join(jupyterDir, 'config'),
    JUPYTER_DATA_DIR: join(jupyterDir, 'data'),
    JUPYTER_RUNTIME_DIR: join(jupyterDir, 'runtime'),
    IPYTHONDIR: join(jupyterDir, 'ipython'),
    JUPYTER_PLATFORM_DIRS: '1',
    PYTHONNOUSERSITE: '1',
    // The kernel is started as `node`: let that be the Node that runs this command.
    PATH: [dirnameOfNode(), base.PATH ?? base.Path ?? ''].join(windows ? ';' : ':'),
  };
}

const dirnameOfNode = () => join(process.execPath, '..');
