/** `npm run nbgrader -- ...`: nbgrader's own commands in notebooks/homework, with the project's kernel and configuration. */

import { nbgrader } from './homework/nbgrader.mjs';
import { runMain } from './setup/report.mjs';
import { setUp } from './setup.mjs';

await runMain(async () => {
  const { python } = await setUp();
  return nbgrader(python, process.argv.slice(2), { stdio: 'inherit' }).status;
});
