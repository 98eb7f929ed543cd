/** The Python process that executes and writes notebooks (execute.py), as functions. */

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { jupyterEnvironment, venvPython, workDir } from '../setup/paths.mjs';

const script = fileURLToPath(new URL('execute.py', import.meta.url));

/** What a notebook may take, in seconds, and the room that a busy machine is given on top. */
export const SECONDS_ALLOWED = 60;
export const SECONDS_MARGIN = 120;

/** A notebook that could not be executed; its message says which, where and why. */
export class NotebookFailure extends Error {
  constructor(message) {
    super(message);
    this.name = 'NotebookFailure';
  }
}

/**
 * Starts the worker; `python` has nbclient. Close it when done: it then ends its process and removes its files.
 * @returns {{ execute(path: string, options?: { folder?: string, limit?: number, grade?: boolean }): Promise<{ path: string, seconds: number }>,
 *   write(from: string, to: string): Promise<void>, folder: string, close(): Promise<void> }}
 */
export function startWorker({ python = process.env.PGLAB_PYTHON ?? venvPython } = {}) {
  mkdirSync(workDir, { recursive: true });
  const folder = mkdtempSync(join(workDir, 'notebooks-'));
  const child = spawn(python, [script], { env: jupyterEnvironment(), stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', chunk => {
    complaints = (complaints + chunk).slice(-4000);
  });
  const waiting = [];
  createInterface({ input: child.stdout }).on('line', line => waiting.shift()?.resolve(JSON.parse(line)));
  const ended = new Promise(resolve => {
    const end = why => {
      for (const { reject } of waiting.splice(0))
        reject(
          new NotebookFailure(
            `The Python process that executes notebooks ended: ${why}\n${complaints}`.trim(),
          ),
        );
      resolve();
    };
    child.on('error', error => end(`${python} could not be started (${error.code}).`));
    child.on('close', status => end(`exit status ${status}.`));
  });
  child.stdin.on('error', () => {});
  const ask = request =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      if (child.exitCode !== null || child.pid === undefined)
        ended.then(() => reject(new NotebookFailure(`The Python process is not running.\n${complaints}`)));
      else child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  let serial = 0;
  return {
    folder,
    async execute(
      path,
      { folder: cwd = dirname(path), limit = SECONDS_ALLOWED + SECONDS_MARGIN, grade = false } = {},
    ) {
      const name = basename(path);
      const to = join(folder, `${serial++}-${name}`);
      const answer = await ask({ do: grade ? 'grade' : 'execute', notebook: path, to, folder: cwd, limit });
      if (answer.failure) throw new NotebookFailure(`${name} could not be executed: ${answer.failure}`);
      if (answer.late)
        throw new NotebookFailure(`${name}: cell ${answer.cell} was still running after ${limit} seconds.`);
      if (answer.cell !== undefined)
        throw new NotebookFailure(
          [
            `${name}: cell ${answer.cell} failed: ${answer.name}: ${answer.message}`,
            ...answer.traceback,
          ].join('\n'),
        );
      return { path: to, seconds: answer.seconds };
    },
    async write(from, to) {
      const answer = await ask({ do: 'write', notebook: from, to });
      if (answer.failure)
        throw new NotebookFailure(`${basename(to)} could not be written: ${answer.failure}`);
    },
    async close() {
      child.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
