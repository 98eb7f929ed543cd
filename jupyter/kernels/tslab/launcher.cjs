/**
 * The notebooks' kernel: TypeScript cells under the name of tslab, spoken to through a Jupyter protocol of our own.
 *
 * tslab 1.0.22 has its own TypeScript 5.0, loses long output, sends no `error` message, and lets later cells break
 * earlier ones. Of it this kernel keeps the name and what cells import as 'tslab'; the compiler is the project's.
 *   launcher.cjs      checks the versions, ties the parts together, routes signals
 *   kernel.cjs        one request in, its messages out: the life of a cell
 *   wire.cjs          signed messages on zeromq sockets
 *   converter.cjs     from a cell's TypeScript to a script; with declarations.cjs, script.cjs and assistance.cjs, all
 *                     four without Node, so that they serve in a browser, too
 *   files.cjs         the converter's view of the files on this machine
 *   executor.cjs      runs scripts, keeps what cells declare
 *   sources.cjs       from a line of executed JavaScript back to the cell's TypeScript
 *   traceback.cjs     from whatever was thrown to a Jupyter error
 *   result.cjs        how a cell's last expression shows: a table, a figure, an object's own MIME bundle
 *   history.cjs, input.cjs   the cells that ran, for a console; why nothing can be read from standard input
 *   tslab.cjs         what is left of tslab
 */

'use strict';

const fs = require('node:fs');
const { enableCompileCache } = require('node:module');
const path = require('node:path');

enableCompileCache?.(); // from Node 22 on: the next kernel finds the compiler and danfojs compiled, which is a third of a second

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

function loadTypeScript() {
  try {
    return require('typescript');
  } catch {
    return stop(
      'The TypeScript kernel cannot start: typescript is not installed; run "npm ci" in the project\'s folder.',
    );
  }
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
  const { fileHost } = require('./files.cjs');
  const { refuseInput } = require('./input.cjs');
  const { Kernel } = require('./kernel.cjs');
  const { loadTslab } = require('./tslab.cjs');
  const { Wire } = require('./wire.cjs');
  const ts = loadTypeScript();
  refuseInput();
  const kernel = new Kernel({
    ts,
    host: fileHost(ts, tslab),
    tslab: loadTslab(ts, tslab),
    wire: new Wire(connection),
    hidden: [tslab, path.dirname(require.resolve('zeromq'))],
  });

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
