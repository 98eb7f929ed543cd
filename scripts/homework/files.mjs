/**
 * The homework as files. source/ holds each assignment once, solutions and hidden tests included; starter/ and solutions/
 * are made of it, and made.json keeps what was made, so that a file that somebody changed since is known as theirs.
 */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { notebooksDir } from '../notebooks/files.mjs';

export const homeworkDir = join(notebooksDir, 'homework');

/**
 * @typedef {object} Assignment
 * @property {string} id 'hw1', the folder's name
 * @property {string} name 'hw1-policy-gradients-by-hand', the notebook's name
 * @property {string} source @property {string} starter @property {string} solution paths
 */

/**
 * The assignments of a course folder in order, or those that are `wanted` by their ids.
 * @returns {Assignment[]}
 */
export function listAssignments(wanted = [], course = homeworkDir) {
  const all = readdirSync(join(course, 'source'))
    .sort()
    .flatMap(id =>
      readdirSync(join(course, 'source', id))
        .filter(file => file.endsWith('.ipynb'))
        .map(file => ({
          id,
          name: file.replace(/\.ipynb$/, ''),
          source: join(course, 'source', id, file),
          starter: join(course, 'starter', id, file),
          solution: join(course, 'solutions', id, file),
        })),
    );
  const unknown = wanted.find(id => !all.some(assignment => assignment.id === id));
  if (unknown !== undefined)
    throw new Error(
      `There is no assignment ${unknown}; there are: ${all.map(({ id }) => id).join(', ') || 'none'}.`,
    );
  return all.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
}

const manifestOf = course => join(course, 'made.json');
const fingerprint = path => createHash('sha256').update(readFileSync(path)).digest('hex');
const nameIn = (course, path) => relative(course, path).split(sep).join('/');

/** What was made, by name in the course's folder: the fingerprint that the file then had. */
function readManifest(course) {
  return existsSync(manifestOf(course)) ? JSON.parse(readFileSync(manifestOf(course), 'utf8')) : {};
}

/** Whether a file is there and is not, or not any more, what was made. */
export const isChanged = (path, course = homeworkDir) =>
  existsSync(path) && readManifest(course)[nameIn(course, path)] !== fingerprint(path);

/** Remembers files as made. */
export function markAsMade(paths, course = homeworkDir) {
  const manifest = readManifest(course);
  for (const path of paths) manifest[nameIn(course, path)] = fingerprint(path);
  const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(manifestOf(course), `${JSON.stringify(sorted, null, 2)}\n`);
}
