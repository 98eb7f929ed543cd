/** The platform in Node: a script, a notebook's kernel, or a thread of one of them. */

import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  getEnvironmentData,
  isMainThread,
  MessageChannel,
  MessagePort,
  parentPort,
  receiveMessageOnPort,
  setEnvironmentData,
  Worker,
  workerData,
} from 'node:worker_threads';
import type { Piscina } from 'piscina';
import type { CallOptions, Files, KernelDisplay, ParentThread, Platform, Thread, Threads } from './platform';

const files: Files = {
  exists: existsSync,
  isFolder: path => statSync(path).isDirectory(),
  read: path => readFileSync(path, 'utf8'),
  append(path, data) {
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, data);
  },
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

/** A task as it travels, and a message that is told of it. */
interface Numbered {
  id: number;
  content: unknown;
}

/** A thread without work waits so long for more, as a reader does between cells: a new one would begin with nothing compiled. */
const IDLE_MS = 60_000;

/** Threads by module and number; the package piscina makes them, when they are first wanted. */
const pools = new Map<string, Piscina>();
const listeners = new Map<number, (message: unknown) => void>();
let tasks = 0;

function poolOf(module: string, workers: number): Piscina {
  const key = `${workers} ${module}`;
  let pool = pools.get(key);
  if (!pool) {
    const { Piscina } = require('piscina') as typeof import('piscina');
    pool = new Piscina({
      filename: join(__dirname, '..', `${module}.js`),
      minThreads: 0,
      maxThreads: workers,
      idleTimeout: IDLE_MS,
      atomics: 'disabled', // a thread that waits for its next task waits in its event loop
      execArgv: [],
    });
    pool.on('message', ({ id, content }: Numbered) => listeners.get(id)?.(content));
    pools.set(key, pool);
  }
  return pool;
}

async function call(module: string, content: unknown, options: CallOptions): Promise<unknown> {
  const { workers, signal, onMessage } = options;
  const task: Numbered = { id: tasks++, content };
  listeners.set(task.id, onMessage);
  try {
    return await poolOf(module, workers).run(task, { signal });
  } finally {
    listeners.delete(task.id);
  }
}

const TASKS_A_COLLECTION = 2;

/**
 * V8 does not count WebAssembly's memory, which a network lies in, among its reasons to collect garbage, and a thread that
 * trains one network after the other makes little other: so it collects after every second task. (Not after each: V8 forgets
 * what it compiled, too, and a training of a quarter of a second then takes half a second.)
 */
const callee: Threads['callee'] = work => {
  setFlagsFromString('--expose-gc'); // what a context that is made from here on finds as `gc`
  const collectGarbage: () => void = runInNewContext('gc');
  let done = 0;
  return async ({ id, content }: Numbered) => {
    const result = await work(content, message => parentPort!.postMessage({ id, content: message }));
    // when the result is on its way, and nothing holds the task's networks any more
    if (++done % TASKS_A_COLLECTION === 0) setImmediate(collectGarbage);
    return result;
  };
};

const threads: Threads = {
  available: true,
  start,
  parent: parent(),
  processors: availableParallelism(),
  call,
  callee,
};

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

/** Whether this is a V8 that joins registers: before 13, in Node 22, the option is there but hardly finds anything to join. */
const hasWideRegisters = (): boolean =>
  process.release.name === 'node' && process.arch === 'x64' && Number.parseInt(process.versions.v8, 10) >= 13;

/** Where the first thread leaves word for those that it starts. */
const WIDE = 'pglab: wide registers';

function withWideRegisters<T>(compile: (checked: boolean) => T): T | undefined {
  if (process.env.PGLAB_SIMD === '128' || !hasWideRegisters()) return undefined;
  // The options are those of the whole process. A thread finds compiled what another one has compiled, and leaves them alone.
  if (!isMainThread && getEnvironmentData(WIDE)) return compile(true);
  const options = {
    '--experimental-wasm-revectorize': '--no-experimental-wasm-revectorize',
    '--wasm-sync-tier-up': '--no-wasm-sync-tier-up',
    '--wasm-tiering-budget=1': '--wasm-tiering-budget=13000000', // V8's own number in Node 22 to 26
  };
  try {
    for (const on of Object.keys(options)) setFlagsFromString(on);
    const result = compile(false);
    setEnvironmentData(WIDE, true);
    return result;
  } finally {
    for (const off of Object.values(options)) setFlagsFromString(off);
  }
}

export const platform: Platform = {
  name: 'Node',
  files,
  threads,
  get terminal() {
    const { stderr } = process;
    return stderr.isTTY ? stderr : undefined;
  },

  withWideRegisters,
  networksPerMemory: 1,

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
  userModule(path) {
    const file = /^file:/.test(path) ? fileURLToPath(path) : resolve(path);
    return { file, exports: require(file) };
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
      requireBeside: createRequire(path),
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
