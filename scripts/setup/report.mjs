/** How set-up speaks: a line a step, a sign of life in long ones, and failures as one cause and one remedy. */

import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { logFile, root } from './paths.mjs';

/** A failure that the user can mend: one sentence of cause, one of remedy. */
export class SetupFailure extends Error {
  constructor(cause, remedy) {
    super(`${cause}\n${remedy}`);
    this.name = 'SetupFailure';
    this.why = cause;
    this.remedy = remedy;
  }
}

/** The first sentence of an error's message: Node's on a wrong option goes on with advice for programmers. */
export const firstSentence = ({ message }) => message.replace(/\. [\s\S]*$/, '.');

export const say = line => process.stdout.write(`[pglab] ${line}\n`);

/** Runs a script's main function; a SetupFailure becomes two lines and exit status 1. */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    process.stderr.write(`\n[pglab] ${error.why}\n[pglab] ${error.remedy}\n`);
    process.exitCode = 1;
  }
}

/**
 * Runs a command whose output goes to the log, and says every few seconds that it still works and at what.
 * @returns {Promise<{ status: number | null, output: string }>}
 */
export function runQuietly(label, command, args, { env = process.env, cwd = root } = {}) {
  mkdirSync(dirname(logFile), { recursive: true });
  appendFileSync(logFile, `\n$ ${[command, ...args].join(' ')}\n`);
  const began = Date.now();
  return new Promise(resolve => {
    let output = '';
    let lastLine = '';
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const pulse = setInterval(
      () => {
        const seconds = Math.round((Date.now() - began) / 1000);
        const line = `  ... ${label}, ${seconds} s${lastLine ? `: ${lastLine.slice(0, 60)}` : ''}`;
        process.stdout.write(process.stdout.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
      },
      process.stdout.isTTY ? 500 : 10_000,
    );
    const take = chunk => {
      const text = chunk.toString();
      output += text;
      lastLine =
        text
          .split(/[\r\n]/)
          .findLast(line => line.trim() && !/^\s*(npm )?warn/i.test(line))
          ?.trim() ?? lastLine;
      appendFileSync(logFile, text);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const finish = status => {
      clearInterval(pulse);
      if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
      resolve({ status, output });
    };
    child.on('error', error => {
      output += String(error);
      finish(null);
    });
    child.on('close', finish);
  });
}

/** True where a tool's output says that a host could not be reached. */
export const saysUnreachable = output =>
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b|network (is unreachable|timeout)|NewConnectionError|Name or service not known|Temporary failure in name resolution|getaddrinfo failed|ReadTimeout|ConnectTimeout|ProxyError|No matching distribution found/i.test(
    output,
  );

/** The failures that any step can meet, told from a tool's output; undefined where it is none of them. */
export function commonFailure(output) {
  if (/\bENOSPC\b|No space left on device|not enough space on the disk/i.test(output))
    return new SetupFailure(
      'The disk is full.',
      'Free about 2 GB on the disk that holds this folder, then run the same command again.',
    );
  if (/\b(EACCES|EPERM)\b|Permission denied/i.test(output))
    return new SetupFailure(
      'A file in this folder may not be written.',
      'Give yourself write permission on the whole folder, close programs that use it, and run the same command again.',
    );
  return undefined;
}
