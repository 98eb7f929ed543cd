/**
 * `npm run homework [-- hw1 ...]`: makes starter/ and solutions/ of notebooks/homework/source; run twice, it changes no byte.
 * `npm run homework -- --student [hw1 ...]`: puts fresh copies of the starters into notebooks/homework/my.
 */

import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { listAssignments } from './homework/files.mjs';
import { copyForStudent, makeHomework } from './homework/make.mjs';
import { root } from './setup/paths.mjs';
import { firstSentence, runMain, SetupFailure, say } from './setup/report.mjs';
import { setUp } from './setup.mjs';

const USAGE = 'npm run homework [-- hw1 ...]   or   npm run homework -- --student [hw1 ...]';

await runMain(async () => {
  let given;
  let assignments;
  try {
    given = parseArgs({ options: { student: { type: 'boolean' } }, allowPositionals: true });
    assignments = listAssignments(given.positionals.map(id => id.toLowerCase()));
  } catch (error) {
    throw new SetupFailure(firstSentence(error), USAGE);
  }
  const { python } = await setUp();
  if (!given.values.student) return makeHomework(assignments, { python });
  for (const copy of await copyForStudent(assignments, { python })) say(`Yours: ${relative(root, copy)}`);
  say('Open them in JupyterLab: npm start. Nothing in this project ever writes to them.');
  return 0;
});
