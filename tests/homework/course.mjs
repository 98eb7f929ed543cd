/** A course of one small assignment, made for a test, and submissions to it. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listAssignments } from '../../scripts/homework/files.mjs';
import { hasNbgrader } from '../../scripts/homework/nbgrader.mjs';
import { venvPython } from '../../scripts/setup/paths.mjs';
import { scratchFolder } from '../notebooks/helpers.mjs';

export const python = process.env.PGLAB_PYTHON ?? venvPython;
/** Why tests with nbgrader are skipped; false where they run. */
export const withoutNbgrader = hasNbgrader(python) ? false : 'nbgrader needs Python 3.11 or newer';

const code = (source, marks) => ({
  cell_type: 'code',
  execution_count: null,
  metadata: marks
    ? { nbgrader: { grade: false, solution: false, locked: false, task: false, schema_version: 3, ...marks } }
    : {},
  outputs: [],
  source,
});
const solution = (id, source, marks) => code(source, { grade_id: id, solution: true, ...marks });
const locked = (id, source, marks) => code(source, { grade_id: id, locked: true, ...marks });

const CELLS = [
  code('// An assignment of two exercises, a question and a plot.'),
  locked('setup', "import { check, CheckError } from 'pglab';"),
  solution(
    'rewardToGo',
    [
      'function rewardToGo(rewards: number[], gamma: number): number[] {',
      '  // BEGIN SOLUTION',
      '  const G = rewards.slice();',
      '  for (let t = G.length - 2; t >= 0; t--) G[t] += gamma * G[t + 1];',
      '  return G;',
      '  // END SOLUTION',
      '}',
    ].join('\n'),
  ),
  locked(
    'check-rewardToGo',
    [
      'check.rewardToGo(rewardToGo, { cases: 5 });',
      '// BEGIN HIDDEN TESTS',
      'check.rewardToGo(rewardToGo, { cases: 60, seed: 3141 });',
      '// END HIDDEN TESTS',
    ].join('\n'),
    { grade: true, points: 4 },
  ),
  {
    cell_type: 'markdown',
    metadata: {
      nbgrader: {
        grade: true,
        grade_id: 'q1',
        locked: false,
        points: 3,
        schema_version: 3,
        solution: true,
        task: false,
      },
    },
    source: 'The past is no consequence of $a_t$.',
  },
  solution(
    'twice',
    'const twice = (x: number): number => {\n  // BEGIN SOLUTION\n  return 2 * x;\n  // END SOLUTION\n};',
  ),
  locked('check-twice', "if (twice(2) !== 4) throw new CheckError('twice(2) is not 4.');", {
    grade: true,
    points: 6,
  }),
  solution('plot-twice', '// BEGIN SOLUTION\nconsole.log(twice(3));\n// END SOLUTION', {
    grade: true,
    points: 2,
  }),
].map((cell, i) => ({ ...cell, id: `cell-${i + 1}` }));

const notebookOf = cells => ({
  cells,
  metadata: { kernelspec: { display_name: 'TypeScript', language: 'typescript', name: 'tslab' } },
  nbformat: 4,
  nbformat_minor: 5,
});

/** The course's folder and its assignment. */
export function smallCourse(t) {
  const course = scratchFolder(t);
  mkdirSync(join(course, 'source', 'small'), { recursive: true });
  writeFileSync(join(course, 'source', 'small', 'small.ipynb'), JSON.stringify(notebookOf(CELLS)));
  const [assignment] = listAssignments([], course);
  return { course, assignment };
}

export const idOf = cell => cell.metadata.nbgrader?.grade_id;

/** A starter with the source's solutions of `ids` filled in, perhaps changed further by `edit(cellOf, notebook)`. */
export function submissionOf(starter, source, ids, edit = () => {}) {
  const notebook = structuredClone(starter);
  const cellOf = id => notebook.cells.find(cell => idOf(cell) === id);
  for (const id of ids) cellOf(id).source = source.cells.find(cell => idOf(cell) === id).source;
  edit(cellOf, notebook);
  return notebook;
}

/** Writes a submission where nbgrader looks for it; its path. */
export function submit(course, { id, name }, student, notebook) {
  const folder = join(course, 'submitted', student, id);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.ipynb`);
  writeFileSync(path, JSON.stringify(notebook));
  return path;
}

/**
 * The small assignment as students hand it in. Each: what was filled in, what was done to the rest, the points due (null: to
 * be read by a person), and what `npm run grade` says of rewardToGo.
 */
export const SUBMISSIONS = {
  complete: {
    ids: ['rewardToGo', 'q1', 'twice', 'plot-twice'],
    due: { rewardToGo: 4, twice: 6, q1: null, 'plot-twice': null },
  },
  empty: { ids: [], due: { rewardToGo: 0, twice: 0, q1: 0, 'plot-twice': 0 } },
  half: { ids: ['rewardToGo'], due: { rewardToGo: 4, twice: 0, q1: 0, 'plot-twice': 0 } },
  'prints to stderr': {
    ids: ['rewardToGo', 'twice'],
    edit: cellOf => {
      cellOf('twice').source =
        "const twice = (x: number): number => {\n  console.error('debug', x);\n  return 2 * x;\n};";
    },
    due: { rewardToGo: 4, twice: 6, q1: 0, 'plot-twice': 0 },
  },
  'throws at import': {
    ids: ['rewardToGo', 'twice'],
    edit: (_, notebook) =>
      notebook.cells.splice(2, 0, code("import { nothing } from 'no-such-package';\nnothing();")),
    due: { rewardToGo: 4, twice: 6, q1: 0, 'plot-twice': 0 },
  },
  'infinite loop': {
    ids: ['twice'],
    edit: cellOf => {
      cellOf('rewardToGo').source =
        'function rewardToGo(rewards: number[], gamma: number): number[] { for (;;) {} }';
    },
    due: { rewardToGo: 0, twice: 6, q1: 0, 'plot-twice': 0 },
    says: /^CellTimeoutError: The cell was still running after 4 s: interrupted\.$/,
  },
  'loop that nothing interrupts': {
    ids: ['twice'],
    edit: cellOf => {
      cellOf('rewardToGo').source = 'await new Promise(resolve => setTimeout(resolve, 5));\nfor (;;) {}';
    },
    due: { rewardToGo: 0, twice: 0, q1: 0, 'plot-twice': 0 },
    says: /^In your cell: CellTimeoutError: The cell was still running after 4 s, and could not be interrupted\.$/,
  },
  'ends the kernel': {
    ids: ['rewardToGo', 'twice'],
    edit: cellOf => {
      cellOf('twice').source = 'process.exit(0);';
    },
    due: { rewardToGo: 4, twice: 0, q1: 0, 'plot-twice': 0 },
  },
  'cells deleted': {
    ids: ['rewardToGo', 'twice'],
    edit: (_, notebook) => {
      notebook.cells = notebook.cells.filter(
        cell => !['setup', 'check-rewardToGo', 'q1'].includes(idOf(cell)),
      );
    },
    due: { rewardToGo: 4, twice: 6, q1: 0, 'plot-twice': 0 },
  },
  'cells copied and renamed': {
    ids: ['rewardToGo', 'twice', 'q1'],
    edit: (cellOf, notebook) => {
      for (const id of ['twice', 'check-twice', 'q1'])
        notebook.cells.push({ ...structuredClone(cellOf(id)), id: `copy-of-${id}` });
      notebook.cells.at(-1).source = 'YOUR ANSWER HERE';
      cellOf('plot-twice').metadata.nbgrader.grade_id = 'my-plot';
      cellOf('check-rewardToGo').metadata.nbgrader.grade_id = 'my-check';
    },
    due: { rewardToGo: 4, twice: 6, 'plot-twice': 0 },
  },
  'answers below the placeholder': {
    ids: [],
    edit: cellOf => {
      cellOf('q1').source = 'YOUR ANSWER HERE\n\nThe past is over.';
    },
    due: { rewardToGo: 0, twice: 0, q1: null, 'plot-twice': 0 },
  },
  'does not compile': {
    ids: ['twice'],
    edit: cellOf => {
      cellOf('rewardToGo').source = 'function rewardToGo(rewards: number[]): number[] { return reward; }';
    },
    due: { rewardToGo: 0, twice: 6, q1: 0, 'plot-twice': 0 },
    says: /^In your cell: TypeScriptError: .*Cannot find name 'reward'/,
  },
  'checks tampered with': {
    ids: [],
    edit: cellOf => {
      cellOf('check-rewardToGo').source = '// all right';
      cellOf('check-twice').metadata.tags = ['skip-execution'];
    },
    due: { rewardToGo: 0, twice: 0, q1: 0, 'plot-twice': 0 },
  },
};

export const readJson = path => JSON.parse(readFileSync(path, 'utf8'));
