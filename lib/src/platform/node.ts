/** The platform in Node: a script, a notebook's kernel, or a thread of one of them. */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  isMainThread,
  MessageChannel,
  MessagePort,
  receiveMessageOnPort,
  Worker,
  workerData,
} from 'node:worker_threads';
import type { Files, KernelDisplay, ParentThread, Platform, Thread, Threads } from './platform';

const files: Files = {
  exists: existsSync,
  isFolder: path => statSync(path).isDirectory(),
  read: path => readFileSync(path, 'utf8'),
  write(path, text) {
    const beside = `${path}.part`; // one that a killed process left behind is overwritten
    mkdirSync(dirname(path), { recursive: true });
    try {
      writeFileSync(beside, text, { flush: true });
      renameSync(beside, path);
    } catch (error) {
      rmSync(beside, { force: true });
      throw error;
    }
  },
};

/** The messages that come out of a port, in order. */
class Inbox {
  private readonly messages: unknown[] = [];
  private wake = (): void => {};
  /** Why there will be no more. */
  private end?: Error;

  constructor(private readonly port: MessagePort) {
    port.on('message', message => {
      this.messages.push(message);
      this.wake();
    });
    port.unref();
  }

  close(reason: Error): void {
    this.end ??= reason;
    this.wake();
  }

  receive(): unknown {
    return this.messages.shift() ?? receiveMessageOnPort(this.port)?.message;
  }

  async next(): Promise<unknown> {
    this.port.ref();
    try {
      for (;;) {
        const message = this.receive();
        if (message !== undefined) return message;
        if (this.end) throw this.end;
        await new Promise<void>(resolve => {
          this.wake = resolve;
        });
      }
    } finally {
      this.port.unref();
    }
  }
}

/** What a thread is made with. */
interface Origin {
  data: unknown;
  port: MessagePort;
}

async function start(module: string, data: unknown): Promise<Thread> {
  const { port1, port2 } = new MessageChannel();
  const origin: Origin = { data, port: port2 };
  const worker = new Worker(join(__dirname, '..', `${module}.js`), {
    workerData: origin,
    transferList: [port2],
    execArgv: [],
  });
  const inbox = new Inbox(port1);
  worker.on('error', error => inbox.close(error as Error));
  worker.on('exit', code => inbox.close(new Error(`The thread has ended with exit code ${code}.`)));
  await inbox.next();
  worker.unref();
  return {
    post: message => port1.postMessage(message),
    next: () => inbox.next(),
    receive: () => inbox.receive(),
    async close() {
      port1.close();
      await worker.terminate();
    },
  };
}

/** The other end of `start`; undefined in the main thread and in somebody else's thread. */
function parent(): ParentThread | undefined {
  const { port, data } = (workerData ?? {}) as Partial<Origin>;
  if (isMainThread || !(port instanceof MessagePort)) return undefined;
  const inbox = new Inbox(port);
  return { data, post: message => port.postMessage(message), next: () => inbox.next() };
}

const threads: Threads = { available: true, start, parent: parent() };

const missing = (name: string, user: string, version?: string): Error =>
  new Error(
    `${user} needs the package ${name}, which is not installed: npm install ${name}${version ? `@${version}` : ''}`,
  );

/** Whether an error says that this very package was not found, and not one that it asks for. */
function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return /^(ERR_)?MODULE_NOT_FOUND$/.test(code ?? '') && message.includes(`'${name}'`);
}

const KERNEL_MODULE = /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/;

export const platform: Platform = {
  name: 'Node',
  files,
  threads,
  get terminal() {
    const { stderr } = process;
    return stderr.isTTY ? stderr : undefined;
  },

  prepareWebAssembly() {},

  turn: () => new Promise(resolve => setImmediate(resolve)),

  sha256: text => createHash('sha256').update(text).digest('hex'),
  toBase64: bytes => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
  fromBase64: text => Uint8Array.from(Buffer.from(text, 'base64')),

  optional(name, user) {
    try {
      return require(name);
    } catch (error) {
      throw isMissing(error, name) ? missing(name, user) : error;
    }
  },
  async optionalModule(name, user) {
    try {
      return await import(name);
    } catch (error) {
      throw isMissing(error, name) ? missing(name, user) : error;
    }
  },
  optionalFiles(name, version, user) {
    let path: string;
    try {
      path = require.resolve(name);
    } catch (error) {
      throw isMissing(error, name) ? missing(name, user, version) : error;
    }
    const beside = (file: string) => join(dirname(path), file);
    const installed = JSON.parse(readFileSync(beside('package.json'), 'utf8')).version;
    if (installed !== version)
      throw new Error(
        `${user} needs version ${version} of the package ${name}, but ${installed} is installed: npm install ${name}@${version}`,
      );
    return {
      url: pathToFileURL(path).href,
      script: readFileSync(path, 'utf8'),
      bytes: file => readFileSync(beside(file)),
      require: createRequire(path),
    };
  },

  /**
   * The kernel (tslab) is a module that is loaded already when a cell runs, so it is looked up among the loaded modules and
   * never loaded from here: importing the library stays light, and a script needs no Jupyter.
   */
  kernelDisplay() {
    for (const [path, loaded] of Object.entries(require.cache))
      if (KERNEL_MODULE.test(path)) {
        const display = loaded?.exports?.lastWriteDisplayData;
        if (typeof display === 'function') return display as KernelDisplay;
      }
    return undefined;
  },
};
