/**
 * Grades one notebook without nbgrader's gradebook. The checks are those of the source, hidden ones included: whatever a
 * student did to a locked cell counts for nothing. A check earns its points if its cell ends without an error.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { joined, readNotebook } from '../notebooks/files.mjs';
import { startWorker } from '../notebooks/worker.mjs';
import { workDir } from '../setup/paths.mjs';
import { SetupFailure } from '../setup/report.mjs';
import { homeworkDir, listAssignments } from './files.mjs';

const OUTPUT_SHOWN = 2000;
const LINE_SHOWN = 150;

/**
 * @typedef {object} Exercise
 * @property {string} name 'rewardToGo'
 * @property {number} points
 * @property {boolean} byPerson whether a person reads it
 * @property {number | null} score null: a person still has to
 * @property {string} output what the student is told
 */

/**
 * Executes a submission in a folder of its own and scores it. The file itself is only read.
 * @param {string} path the student's notebook
 * @param {{ python: string, limit?: number, course?: string }} options limit: seconds a cell may take
 * @returns {Promise<{ assignment: import('./files.mjs').Assignment, exercises: Exercise[] }>}
 */
export async function gradeNotebook(path, { python, limit = 180, course = homeworkDir }) {
  const submission = readSubmission(path);
  const assignment = assignmentOf(submission, path, course);
  const source = readNotebook(assignment.source);
  mkdirSync(workDir, { recursive: true });
  const folder = mkdtempSync(join(workDir, 'grade-'));
  const worker = startWorker({ python });
  try {
    const prepared = join(folder, basename(path));
    writeFileSync(prepared, JSON.stringify(withSourceTests(submission, source)));
    const { path: executed } = await worker.execute(prepared, { grade: true, limit });
    return { assignment, exercises: scores(readNotebook(executed), source) };
  } finally {
    await worker.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function readSubmission(path) {
  let notebook;
  try {
    notebook = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    if (error.code)
      throw new SetupFailure(
        error.code === 'ENOENT' ? `${path} does not exist.` : `${path} can't be read (${error.code}).`,
        'Name a notebook: npm run grade -- path/to/notebook.ipynb',
      );
    throw new SetupFailure(
      `${path} is no notebook: ${error.message}.`,
      'Open it in JupyterLab and save it again, or begin with a fresh copy.',
    );
  }
  if (!Array.isArray(notebook?.cells) || !notebook.cells.every(cell => cell?.cell_type))
    throw new SetupFailure(
      `${path} is no notebook of format 4: it has no list of cells.`,
      'Save it in JupyterLab once.',
    );
  return notebook;
}

const marksOf = cell => cell.metadata?.nbgrader ?? {};
const idOf = cell => marksOf(cell).grade_id;
const isLocked = cell => idOf(cell) !== undefined && !marksOf(cell).solution;

/** The assignment whose cells a notebook has; several may share a name, such as 'setup'. */
function assignmentOf(submission, path, course) {
  const ids = new Set(submission.cells.map(idOf).filter(Boolean));
  const [best] = listAssignments([], course)
    .map(assignment => {
      const own = readNotebook(assignment.source).cells.map(idOf).filter(Boolean);
      return { assignment, shared: own.filter(id => ids.has(id)).length / own.length };
    })
    .sort((a, b) => b.shared - a.shared);
  if (!best?.shared)
    throw new SetupFailure(
      `${path} is no homework of this project: none of its cells belongs to an assignment.`,
      'Begin with a starter: npm run homework -- --student',
    );
  return best.assignment;
}

/** A submission whose locked cells are those of the source, each once, and put back where they were deleted. */
export function withSourceTests(submission, source) {
  const known = new Map(source.cells.filter(isLocked).map(cell => [idOf(cell), cell]));
  const seen = new Set();
  const cells = submission.cells
    .filter(cell => !known.has(idOf(cell)) || (!seen.has(idOf(cell)) && seen.add(idOf(cell))))
    .map(cell => known.get(idOf(cell)) ?? cell);
  let place = 0;
  for (const cell of source.cells.filter(idOf)) {
    const at = cells.findIndex(other => idOf(other) === idOf(cell));
    if (at >= 0) place = at + 1;
    else if (isLocked(cell)) cells.splice(place++, 0, cell);
  }
  return { ...submission, cells };
}

/** @returns {Exercise[]} in the source's order */
function scores(executed, source) {
  const cellsOf = id => executed.cells.filter(cell => idOf(cell) === id);
  return source.cells
    .filter(cell => marksOf(cell).grade)
    .map(({ metadata: { nbgrader } }) => {
      const { grade_id: id, points, solution: byPerson } = nbgrader;
      const name = id.replace(/^check-/, '');
      const outcome = byPerson ? toBeRead(id, cellsOf(id)) : checked(cellsOf(id)[0], cellsOf(name), points);
      return { name, points, byPerson, ...outcome };
    });
}

/** What a check says, or, where the student's own cell did not even run, what that says. */
function checked(check, solutions, points) {
  const error = errorOf(check);
  if (!error) return { score: points, output: printedBy(check).slice(0, OUTPUT_SHOWN) };
  const cause = solutions.map(errorOf).find(Boolean);
  return { score: 0, output: (cause ? `In your cell: ${cause}` : error).slice(0, OUTPUT_SHOWN) };
}

function errorOf(cell) {
  const error = cell.outputs?.find(output => output.output_type === 'error');
  return error && `${error.ename}: ${error.evalue}`;
}

const printedBy = cell =>
  cell.outputs
    .map(output => joined(output.text ?? output.data?.['text/plain'] ?? ''))
    .join('')
    .trim();

/** What a person has to read; nothing if the stub still stands there, alone in a text or anywhere in a cell of code. */
function toBeRead(id, cells) {
  const isAnswer = cell => {
    const text = joined(cell.source).trim();
    return cell.cell_type === 'code'
      ? !text.includes(`not implemented yet: ${id}'`)
      : !['', 'YOUR ANSWER HERE'].includes(text);
  };
  return cells.some(isAnswer)
    ? { score: null, output: 'To be read by a person.' }
    : { score: 0, output: 'No answer.' };
}

const sum = numbers => numbers.reduce((a, b) => a + b, 0);

/** Points earned, those that there are, and those that a person still has to give. */
export function totals(exercises) {
  const open = exercises.filter(({ score }) => score === null);
  return {
    score: sum(exercises.map(({ score }) => score ?? 0)),
    points: sum(exercises.map(({ points }) => points)),
    open: sum(open.map(({ points }) => points)),
  };
}

/** A line an exercise. */
export function report(exercises) {
  const width = Math.max(...exercises.map(({ name }) => name.length));
  return exercises.map(({ name, points, score, output }) => {
    const earned = `${score ?? '-'} of ${points}`.padStart(9);
    // Of a check that is right, the last line: that of the most cases.
    const line = output.split('\n').at(score === points ? -1 : 0);
    const short = line.length > LINE_SHOWN ? `${line.slice(0, LINE_SHOWN - 3)}...` : line;
    return `  ${name.padEnd(width)}  ${earned}  ${short}`;
  });
}

/** Gradescope's results.json. What a person reads is a question of its own there, and not among these tests. */
export function gradescopeResults(exercises) {
  const read = exercises.filter(({ byPerson }) => byPerson);
  const checked = exercises.filter(({ byPerson }) => !byPerson);
  return {
    score: sum(checked.map(({ score }) => score)),
    output:
      read.length === 0
        ? 'All points are given by checks.'
        : `A person gives ${sum(read.map(({ points }) => points))} points: ${read.map(({ name, points }) => `${name} (${points})`).join(', ')}.`,
    output_format: 'text',
    tests: checked.map(({ name, points, score, output }, i) => ({
      number: String(i + 1),
      name,
      score,
      max_score: points,
      status: score === points ? 'passed' : 'failed',
      output,
      output_format: 'text',
      visibility: 'visible',
    })),
  };
}
