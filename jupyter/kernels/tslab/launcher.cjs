/**
 * The notebooks' kernel: tslab's TypeScript, spoken to through a Jupyter protocol of our own.
 *
 * tslab 1.0.22 compiles and runs cells well, but loses long output, sends no `error` message, aborts cells that it
 * should run, sends neither `execute_input` nor a kernel status, and mistakes some names of earlier cells. So this
 * launcher keeps tslab's compiler, executor and display functions, and replaces what stands between them and Jupyter:
 *   launcher.cjs   checks the version, ties the parts together, routes signals
 *   kernel.cjs     one request in, its messages out: the life of a cell
 *   wire.cjs       signed messages on zeromq sockets
 *   sources.cjs    from a line of executed JavaScript back to the cell's TypeScript
 *   traceback.cjs  from whatever was thrown to a Jupyter error
 *   names.cjs      what a name of an earlier cell stands for
 */

'use strict';

const fs = require('node:fs');
const path = require('node:path');

const TSLAB_VERSION = '1.0.22';

function stop(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

/** tslab's own folder, found from this file (not from the notebook's folder), if it is the version we know. */
function findTslab() {
  let manifest;
  try {
    manifest = require.resolve('tslab/package.json');
  } catch {
    stop(
      'The TypeScript kernel cannot start: tslab is not installed; run "npm ci" in the project\'s folder.',
    );
  }
  const { version } = JSON.parse(fs.readFileSync(manifest, 'utf8'));
  if (version !== TSLAB_VERSION)
    stop(
      `The TypeScript kernel cannot start: it is made for tslab ${TSLAB_VERSION}, but tslab ${version} is installed; ` +
        'run "npm ci" in the project\'s folder.',
    );
  return path.dirname(manifest);
}

function connectionFile() {
  const at = process.argv.indexOf('--config-path');
  const file = process.argv[at + 1];
  if (at < 0 || !file)
    stop('The TypeScript kernel is started by Jupyter: launcher.cjs --config-path <connection file>.');
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}

function main() {
  const tslab = findTslab();
  const connection = connectionFile();
  const { Sources } = require('./sources.cjs');
  const sources = new Sources(tslab); // before tslab's compiler is loaded, which it instruments
  const { Kernel } = require('./kernel.cjs');
  const kernel = new Kernel(tslab, connection, sources);

  process.on('SIGINT', () => kernel.interrupt());
  process.on('uncaughtException', error => kernel.uncaught(error));
  process.on('unhandledRejection', reason => kernel.uncaught(reason));
  process.on('exit', () => kernel.flush());

  // A kernel whose Jupyter server was killed has nobody left to stop it (process.ppid is read anew each time).
  if (Number(process.env.JPY_PARENT_PID) === process.ppid) {
    const parent = process.ppid;
    setInterval(() => process.ppid === parent || process.exit(1), 1000).unref();
  }
  kernel.start().catch(error => stop(`The TypeScript kernel cannot start: ${error.message}`));
}

main();
