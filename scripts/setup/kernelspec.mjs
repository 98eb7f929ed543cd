/**
 * The kernelspec on Windows. There, Jupyter's interrupt signal does not reach Node, so the kernel has to be interrupted
 * by a message; elsewhere the signal is better, because it also stops a loop that never lets a message in.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, windowsJupyterPath } from './paths.mjs';

/** Writes the project's kernelspec, with interrupts by message, to a folder that comes first on Windows' JUPYTER_PATH. */
export function writeWindowsKernelspec(folder = join(windowsJupyterPath, 'kernels', 'tslab')) {
  const source = join(root, 'jupyter', 'kernels', 'tslab');
  const spec = JSON.parse(readFileSync(join(source, 'kernel.json'), 'utf8'));
  spec.argv = spec.argv.map(argument => argument.replace('{resource_dir}', () => source));
  spec.interrupt_mode = 'message';
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'kernel.json'), JSON.stringify(spec, null, 2));
}
