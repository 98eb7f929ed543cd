/** Executes notebooks and gives their figures pictures. */

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { say } from '../setup/report.mjs';
import { readNotebook } from './files.mjs';
import { addPictures, pictureStudio } from './pictures.mjs';
import { NotebookFailure, SECONDS_ALLOWED, startWorker } from './worker.mjs';

/**
 * Executes `paths` one after the other and says a line on each. A notebook that fails stays as it was and ends the run;
 * those before it are done.
 * @param {{ into?: (path: string) => string }} options into: where an executed notebook goes; in place by default
 * @returns {Promise<number>} the exit status
 */
export async function runNotebooks(
  paths,
  { python, redraw = false, say: tell = say, into = path => path } = {},
) {
  const worker = startWorker({ python });
  const studio = pictureStudio();
  let needed = 0;
  try {
    for (const path of paths) {
      const name = basename(path);
      const to = into(path);
      const { path: executed, seconds } = await worker.execute(path);
      const now = readNotebook(executed);
      const before = existsSync(to) ? readNotebook(to) : { cells: [] };
      const counts = await addPictures(now, before, studio.draw, redraw);
      needed += counts.missing + counts.stale;
      writeFileSync(executed, JSON.stringify(now));
      const finished = join(worker.folder, `finished-${name}`);
      await worker.write(executed, finished);
      const same = replaceIfChanged(to, finished);
      const slow =
        seconds > SECONDS_ALLOWED ? `; more than the ${SECONDS_ALLOWED} s that a notebook may take` : '';
      tell(`${name}: ${seconds.toFixed(1)} s, ${pictures(counts)}${same ? ', unchanged' : ''}${slow}`);
    }
  } catch (error) {
    if (!(error instanceof NotebookFailure)) throw error;
    tell(error.message);
    tell('That notebook was left as it was.');
    return 1;
  } finally {
    await studio.close();
    await worker.close();
  }
  if (needed > 0)
    tell(
      `No Chromium, Chrome or Edge was found, so ${needed} changed figure${needed === 1 ? '' : 's'} got no new picture; PGLAB_BROWSER may name a browser's path.`,
    );
  return 0;
}

/** Moves `finished` to `path` in one step; true if the bytes were the same already. */
function replaceIfChanged(path, finished) {
  if (existsSync(path) && readFileSync(path).equals(readFileSync(finished))) return true;
  const beside = `${path}.new`;
  try {
    writeFileSync(beside, readFileSync(finished));
    renameSync(beside, path);
  } finally {
    rmSync(beside, { force: true });
  }
  return false;
}

function pictures({ kept, drawn, missing, stale }) {
  if (kept + drawn + missing + stale === 0) return 'no figures';
  const parts = [
    [drawn, 'drawn'],
    [kept, 'kept'],
    [stale, 'kept from before the change'],
    [missing, 'without a picture'],
  ];
  const words = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `pictures: ${words.join(', ')}`;
}
