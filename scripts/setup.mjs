/** Everything that `npm start`, `npm test` and `npm run notebooks` need, made where it is missing; `npm run setup` makes it alone. */

import { fileURLToPath } from 'node:url';
import { writeWindowsKernelspec } from './setup/kernelspec.mjs';
import { buildLibrary, checkNode, installPackages } from './setup/packages.mjs';
import { windows } from './setup/paths.mjs';
import { makePythonEnvironment } from './setup/python.mjs';
import { runMain } from './setup/report.mjs';

/**
 * Idempotent: where all is there it takes a second or two, and what a run that was cut off left behind is mended.
 * @param {{ tests?: boolean }} options tests: compile the library's tests too
 * @returns {Promise<{ python: string }>} the Python that has JupyterLab and nbclient
 */
export async function setUp({ tests = false } = {}) {
  checkNode();
  await installPackages();
  buildLibrary({ tests });
  if (windows) writeWindowsKernelspec();
  return { python: await makePythonEnvironment() };
}

if (fileURLToPath(import.meta.url) === process.argv[1])
  await runMain(async () => {
    await setUp();
    return 0;
  });
