/**
 * `npm start [-- jupyter's arguments]`: set-up, then JupyterLab on the loopback address, open at the first notebook.
 * `npm start -- --formgrader`: open at nbgrader's page for grading by hand instead, in notebooks/homework.
 */

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { homeworkDir } from './homework/files.mjs';
import { checkNbgrader, withPython } from './homework/nbgrader.mjs';
import { committedNotebooks, trust } from './setup/notebooks.mjs';
import { warnOfOldNode } from './setup/packages.mjs';
import { jupyterEnvironment, root } from './setup/paths.mjs';
import { runMain, SetupFailure, say } from './setup/report.mjs';
import { setUp } from './setup.mjs';

const FIRST_NOTEBOOK = 'notebooks/00-start-here.ipynb';
const FORMGRADER = '--formgrader';
const LOOPBACK = '127.0.0.1';
const PORT_OPTION = /^--(?:ServerApp\.)?port(?:=(.*))?$/;

await runMain(async () => {
  const arguments_ = process.argv.slice(2);
  const given = arguments_.filter(argument => argument !== FORMGRADER);
  const grading = given.length < arguments_.length;
  const port = await choosePort(given);
  warnOfOldNode();
  const { python } = await setUp();
  if (grading) checkNbgrader(python);
  const folder = grading ? homeworkDir : root; // nbgrader's configuration is read from where the server starts
  const args = [
    ...[
      '-m',
      'jupyterlab',
      `--ServerApp.root_dir=${folder}`,
      `--LabApp.default_url=${grading ? '/formgrader' : `/lab/tree/${FIRST_NOTEBOOK}`}`,
      ...(grading ? ['--ServerApp.jpserver_extensions=nbgrader.server_extensions.formgrader=True'] : []),
    ],
    ...[`--ServerApp.ip=${LOOPBACK}`, `--ServerApp.port=${port}`, '--ServerApp.port_retries=0'],
    // Ctrl-C ends the server without a question; its log holds what matters: the address, warnings and errors.
    ...['--ServerApp.answer_yes=True', '--Application.log_level=WARN'],
    // In a container one often is root; Jupyter then wants to be told that this is meant.
    ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
    ...withoutPort(given),
  ];
  trust(python, committedNotebooks());
  say('Starting JupyterLab; Ctrl-C ends it and everything that it started');
  const env = grading ? withPython(python, jupyterEnvironment()) : jupyterEnvironment();
  return runUntilItEnds(spawn(python, args, { cwd: folder, env, stdio: 'inherit' }));
});

/** The port that the user asked for, which must be free, or the first free one from 8888 on. */
async function choosePort(given) {
  const index = given.findIndex(argument => PORT_OPTION.test(argument));
  if (index < 0) {
    for (let port = 8888; port < 8988; port++) if (await isFree(port)) return port;
    throw new SetupFailure(
      'The ports 8888 to 8987 are all taken.',
      'End other servers, or name a free port: npm start -- --port 9100',
    );
  }
  const text = given[index].match(PORT_OPTION)[1] ?? given[index + 1];
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new SetupFailure(
      `The port is ${JSON.stringify(text)}, but must be a whole number from 1 to 65535.`,
      'Name one: npm start -- --port 8890',
    );
  if (!(await isFree(port)))
    throw new SetupFailure(
      `Port ${port} is taken by another program.`,
      `End that program, or name another port: npm start -- --port ${port + 1}`,
    );
  return port;
}

function withoutPort(given) {
  const index = given.findIndex(argument => PORT_OPTION.test(argument));
  return index < 0 ? given : given.toSpliced(index, given[index].includes('=') ? 1 : 2);
}

function isFree(port) {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}

/** Waits for Jupyter; a signal that ends us ends it first, and with it its kernels. */
function runUntilItEnds(jupyter) {
  let ending = false;
  const end = () => {
    ending = true;
    jupyter.kill('SIGTERM');
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
  return new Promise((resolve, reject) => {
    jupyter.on('error', reject);
    jupyter.on('close', status => resolve(ending ? 0 : (status ?? 1)));
  });
}
