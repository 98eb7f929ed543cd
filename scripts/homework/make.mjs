/** Makes starters and solutions of the sources, and fresh copies of starters for students. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { runNotebooks } from '../notebooks/run.mjs';
import { startWorker } from '../notebooks/worker.mjs';
import { root, workDir } from '../setup/paths.mjs';
import { SetupFailure, say } from '../setup/report.mjs';
import { homeworkDir, isChanged, markAsMade } from './files.mjs';
import { nbgrader } from './nbgrader.mjs';

const shown = path => relative(root, path);

/**
 * Makes starter and solution of each assignment. Refuses, before it makes anything, if somebody changed one of them.
 * @param {import('./files.mjs').Assignment[]} assignments
 * @returns {Promise<number>} the exit status
 */
export async function makeHomework(assignments, { python, course = homeworkDir, say: tell = say } = {}) {
  const changed = assignments.flatMap(({ starter, solution }) =>
    [starter, solution].filter(path => isChanged(path, course)),
  );
  if (changed.length > 0) {
    for (const path of changed) tell(`${shown(path)} was changed since it was made, and is left as it is.`);
    tell(
      'Nothing was made. Move changed files away (they may be somebody’s work), restore the old ones by git, and run this again.',
    );
    return 1;
  }
  for (const assignment of assignments) {
    const { starter, solution, source } = assignment;
    const made = await makeStarter(assignment, { python, course });
    mkdirSync(dirname(starter), { recursive: true });
    const same = existsSync(starter) && readFileSync(starter).equals(made);
    if (!same) writeFileSync(starter, made);
    markAsMade([starter], course);
    tell(`${shown(starter)}: ${same ? 'unchanged' : 'made'}`);

    mkdirSync(dirname(solution), { recursive: true });
    const status = await runNotebooks([source], { python, into: () => solution, say: tell });
    if (status !== 0) return status;
    markAsMade([solution], course);
  }
  return 0;
}

/**
 * The starter of an assignment, made by nbgrader: solutions become stubs, hidden tests and outputs go.
 * @returns {Promise<Buffer>} the notebook's bytes
 */
export async function makeStarter({ id, name }, { python, course = homeworkDir } = {}) {
  mkdirSync(workDir, { recursive: true });
  const folder = mkdtempSync(join(workDir, 'starter-'));
  const worker = startWorker({ python });
  try {
    const { status, output } = nbgrader(
      python,
      ['generate_assignment', id, '--no-db', `--CourseDirectory.release_directory=${folder}`],
      { course },
    );
    if (status !== 0)
      throw new SetupFailure(
        `nbgrader could not make the starter of ${id}: ${lastError(output)}`,
        `Mend source/${id}, then run the same command again.`,
      );
    const made = join(folder, `${name}.made`);
    await worker.write(join(folder, id, `${name}.ipynb`), made);
    return readFileSync(made);
  } finally {
    await worker.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const lastError = output =>
  output
    .split('\n')
    .filter(line => /^\s*\w*(Error|Exception): /.test(line))
    .at(-1)
    ?.trim() ?? output.trim().split('\n').at(-1);

/**
 * Copies starters to notebooks/homework/my under names that are free, as deep as starters are, so that links hold.
 * @returns {Promise<string[]>} the copies' paths
 */
export async function copyForStudent(assignments, { python, course = homeworkDir } = {}) {
  const copies = [];
  for (const assignment of assignments) {
    const { id, starter } = assignment;
    const folder = join(course, 'my', id);
    mkdirSync(folder, { recursive: true });
    // Somebody may have worked in the starter itself; a fresh copy is then made anew.
    const fresh =
      existsSync(starter) && !isChanged(starter, course)
        ? readFileSync(starter)
        : await makeStarter(assignment, { python, course });
    copies.push(writeUnderFreeName(folder, basename(starter), fresh));
  }
  return copies;
}

function writeUnderFreeName(folder, name, bytes) {
  for (let serial = 1; ; serial++) {
    const path = join(folder, serial === 1 ? name : name.replace(/\.ipynb$/, `-${serial}.ipynb`));
    try {
      writeFileSync(path, bytes, { flag: 'wx' });
      return path;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
  }
}
