/**
 * For a Jupyter that many share (docs/class.md): the kernel for all of its users, and for each of them notebooks of their own.
 *
 *   npm run class -- --prefix FOLDER     puts the kernel where the Jupyter in FOLDER (a Python environment) finds it
 *   npm run class -- --student FOLDER    copies notebooks and data to FOLDER, where they are not yet, and links the library
 *
 * Both leave what they find: a notebook that a student has changed stays.
 */

import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeKernelspec } from './setup/kernelspec.mjs';
import { buildLibrary, checkNode, installPackages } from './setup/packages.mjs';
import { root, windows } from './setup/paths.mjs';
import { firstSentence, runMain, SetupFailure, say } from './setup/report.mjs';

const USAGE = 'npm run class -- --prefix FOLDER   or   npm run class -- --student FOLDER';

/** The npm packages, the library, and a kernelspec that names this checkout's kernel and this Node by their full paths. */
export async function installFor(prefix) {
  checkNode();
  await installPackages();
  buildLibrary();
  const folder = join(prefix, 'share', 'jupyter', 'kernels', 'tslab');
  writeKernelspec(folder, { node: process.execPath, interrupt: windows ? 'message' : 'signal' });
  return folder;
}

/** Notebooks and data to work on; the library and its packages are the shared ones. */
export function copyForStudent(folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of ['notebooks', 'data'])
    cpSync(join(root, name), join(folder, name), { recursive: true, force: false, filter: isForStudents });
  for (const name of ['lib', 'node_modules'])
    if (!existsSync(join(folder, name))) symlinkSync(join(root, name), join(folder, name), 'junction');
}

/** Solutions and hidden tests stay with the instructors. */
const isForStudents = path => !/[\\/]homework[\\/](solutions|source|my|INSTRUCTORS|nbgrader)/.test(path);

if (fileURLToPath(import.meta.url) === process.argv[1])
  await runMain(async () => {
    let given;
    try {
      const options = { prefix: { type: 'string' }, student: { type: 'string' } };
      given = parseArgs({ options }).values;
    } catch (error) {
      throw new SetupFailure(firstSentence(error), USAGE);
    }
    const { prefix, student } = given;
    if (!prefix === !student) throw new SetupFailure('Say --prefix or --student, one of the two.', USAGE);
    if (prefix) say(`The kernel is ready: ${await installFor(resolve(prefix))}`);
    else copyForStudent(resolve(student));
    return 0;
  });
