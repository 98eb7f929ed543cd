/**
 * `npm run grade -- path/to/notebook.ipynb [--results results.json] [--limit seconds]`: prints points per exercise and
 * writes them as Gradescope reads them. Paths are relative to the folder in which the command was called.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gradeNotebook, gradescopeResults, report, totals } from './homework/grade.mjs';
import { NotebookFailure } from './notebooks/worker.mjs';
import { firstSentence, runMain, SetupFailure, say } from './setup/report.mjs';
import { setUp } from './setup.mjs';

const USAGE = 'npm run grade -- path/to/notebook.ipynb [--results results.json] [--limit 180]';

await runMain(async () => {
  const { notebook, results, limit } = readArguments();
  const { python } = await setUp();
  say(`Running ${notebook}: at most ${limit} seconds a cell`);
  try {
    const { assignment, exercises } = await gradeNotebook(notebook, { python, limit });
    const { score, points, open } = totals(exercises);
    for (const line of report(exercises)) say(line);
    say(
      `${assignment.name}: ${score} of ${points} points${open > 0 ? `, and ${open} for a person to give` : ''}`,
    );
    writeFileSync(results, `${JSON.stringify(gradescopeResults(exercises), null, 2)}\n`);
    say(`Written: ${results}`);
    return 0;
  } catch (error) {
    if (error instanceof NotebookFailure) throw new SetupFailure(error.message, 'Nothing was graded.');
    throw error;
  }
});

function readArguments() {
  const here = path => resolve(process.env.INIT_CWD ?? process.cwd(), path);
  let given;
  try {
    given = parseArgs({
      options: {
        results: { type: 'string', default: 'results.json' },
        limit: { type: 'string', default: '180' },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw new SetupFailure(firstSentence(error), USAGE);
  }
  const { positionals, values } = given;
  if (positionals.length !== 1)
    throw new SetupFailure(`${positionals.length} notebooks are named, but one must be.`, USAGE);
  const limit = Number(values.limit);
  if (!(limit > 0 && limit < 1e5))
    throw new SetupFailure(`--limit is ${values.limit}, but must be a number of seconds above 0.`, USAGE);
  const results = here(values.results);
  if (existsSync(results) && !isOurs(results))
    throw new SetupFailure(
      `${results} is there already, and is not a results file.`,
      'Name another: --results FILE',
    );
  return { notebook: here(positionals[0]), results, limit };
}

/** Results of an earlier run are replaced; any other file is left alone. */
function isOurs(path) {
  try {
    return Array.isArray(JSON.parse(readFileSync(path, 'utf8')).tests);
  } catch {
    return false;
  }
}
