/**
 * Kernelspecs beside the one in jupyter/kernels, which name its files by their full paths.
 *
 * On Windows, Jupyter's interrupt signal does not reach Node, so the kernel has to be interrupted by a message; elsewhere
 * the signal is better, because it also stops a loop that never lets a message in.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, windowsJupyterPath } from './paths.mjs';

/** Writes the project's kernelspec, with interrupts by message, to a folder that comes first on Windows' JUPYTER_PATH. */
export const writeWindowsKernelspec = (folder = join(windowsJupyterPath, 'kernels', 'tslab')) =>
  writeKernelspec(folder, { interrupt: 'message' });

/** Writes a kernelspec of this checkout's kernel to `folder`; `node` is the program that runs it. */
export function writeKernelspec(folder, { node = 'node', interrupt }) {
  const source = join(root, 'jupyter', 'kernels', 'tslab');
  const spec = JSON.parse(readFileSync(join(source, 'kernel.json'), 'utf8'));
  spec.argv = spec.argv.map(argument => argument.replace('{resource_dir}', () => source));
  spec.argv[0] = node;
  spec.interrupt_mode = interrupt;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'kernel.json'), JSON.stringify(spec, null, 2));
}
