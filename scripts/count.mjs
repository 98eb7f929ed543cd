/**
 * `npm run count [-- COMMIT]`: how many lines of code each notebook has, how many of them in cells that draw, how many cells
 * of more than 20 lines and lines of more than 96 characters. With a commit, the same there, and which outputs differ.
 */

import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import { countCode, total } from './notebooks/count.mjs';
import { listNotebooks, readNotebook } from './notebooks/files.mjs';
import { changedContent } from './notebooks/outputs.mjs';
import { root } from './setup/paths.mjs';
import { runMain, say } from './setup/report.mjs';

/** A notebook as it was at a commit; undefined where there was none. */
function notebookAt(commit, name) {
  try {
    const options = { cwd: root, maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore'] };
    return JSON.parse(execFileSync('git', ['show', `${commit}:notebooks/${name}`], options));
  } catch {
    return undefined;
  }
}

const row = (name, { lines, drawing, long, wide }) =>
  [name.padEnd(28), lines, drawing, `${Math.round((100 * drawing) / lines)}%`, long, wide]
    .map((cell, i) => (i === 0 ? cell : String(cell).padStart(8)))
    .join('');
const header = `${'notebook'.padEnd(28)}   lines drawing   share    > 20    > 96`;

await runMain(async () => {
  const [commit] = process.argv.slice(2);
  const now = listNotebooks().map(path => ({ name: basename(path), notebook: readNotebook(path) }));
  const tell = (title, list) => {
    say(title);
    say(header);
    const counts = list.map(({ name, notebook }) => ({ name, count: countCode(notebook) }));
    for (const { name, count } of counts) say(row(name, count));
    say(row('all', total(counts.map(({ count }) => count))));
  };
  if (commit === undefined) {
    tell('Now:', now);
    return 0;
  }
  const before = now.flatMap(({ name }) => {
    const notebook = notebookAt(commit, name);
    return notebook ? [{ name, notebook }] : [];
  });
  if (before.length === 0) {
    say(`There are no notebooks at ${commit}, or no such commit.`);
    return 1;
  }
  tell(`At ${commit}:`, before);
  tell(
    'Now:',
    now.filter(({ name }) => before.some(old => old.name === name)),
  );
  let lostInAll = 0;
  for (const { name, notebook } of before) {
    const { lost, added } = changedContent(notebook, now.find(other => other.name === name).notebook);
    lostInAll += lost.length;
    say(`${name}: ${lost.length} outputs lost or changed, ${added.length} new`);
    for (const part of lost.slice(0, 5)) say(`  lost: ${JSON.stringify(part.slice(0, 160))}`);
  }
  return lostInAll > 0 ? 1 : 0;
});
