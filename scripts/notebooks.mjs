/**
 * `npm run notebooks [-- 01 ... [--redraw]]`: executes the notebooks in order, in place, on the real kernel, and draws
 * the pictures of their figures. Run twice, it changes no byte. A notebook that fails stays as it was.
 */

import { listNotebooks } from './notebooks/files.mjs';
import { runNotebooks } from './notebooks/run.mjs';
import { runMain, say } from './setup/report.mjs';
import { setUp } from './setup.mjs';

await runMain(async () => {
  const given = process.argv.slice(2);
  const wanted = given.filter(argument => !argument.startsWith('-'));
  const option = given.find(argument => argument.startsWith('-') && argument !== '--redraw');
  if (option) {
    say(`There is no option ${option}; there is --redraw, which draws every picture anew.`);
    return 1;
  }
  let paths;
  try {
    paths = listNotebooks(wanted);
  } catch (error) {
    say(error.message);
    return 1;
  }
  const { python } = await setUp();
  return runNotebooks(paths, { python, redraw: given.includes('--redraw') });
});
