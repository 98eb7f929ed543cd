/**
 * What pglab asks of the place where it runs, besides JavaScript and WebAssembly. There are two such places, Node (node.ts)
 * and a page or a worker of a browser (browser.ts), and they differ in nothing else: all other modules are the same code with
 * the same results, and none of them imports `node:` anything. Modules take the place from './index', which is Node's; the
 * build of the browser entry puts the browser's there instead.
 */

export interface Platform {
  /** How the place is called in a sentence. */
  readonly name: string;
  readonly files: Files;
  readonly threads: Threads;
  /** Where lines can be overwritten; undefined if nobody watches. */
  readonly terminal: Terminal | undefined;

  /**
   * Runs `compile` while the engine compiles WebAssembly at its best, at the first call of each function, and for registers of
   * 256 bits; returns what it returns, or undefined where the engine can't do that. A thread that is started afterwards gets
   * the code that the first one has compiled.
   * @param compile is told whether what it compiles has been checked by a thread before
   */
  withWideRegisters<T>(compile: (checked: boolean) => T): T | undefined;

  /** How many networks lie in one WebAssembly memory: each takes 8 GB of addresses, of which a browser has 1 TB at most. */
  readonly networksPerMemory: number;

  /** Resolves after the event loop had one turn: signals, messages, what is drawn. */
  turn(): Promise<void>;

  /** SHA-256 of the UTF-8 bytes of a text, in hexadecimal digits. */
  sha256(text: string): string;
  toBase64(bytes: Uint8Array): string;
  fromBase64(text: string): Uint8Array<ArrayBuffer>;

  /**
   * An optional package, loaded when it is first used.
   * @param user what needs it, as the subject of a sentence
   * @throws Error that says what to install, if it is missing
   */
  optional(name: string, user: string): unknown;
  /** The same for a package that is an ES module. */
  optionalModule(name: string, user: string): Promise<unknown>;
  /**
   * A module of the user's own, by its path, relative to the working directory, or its URL: the file in full, and what it
   * exports.
   */
  userModule(path: string): { file: string; exports: Record<string, unknown> };
  /** The files of an optional package of exactly this version, for what no import gives: a binary, a script to adapt. */
  optionalFiles(name: string, version: string, user: string): PackageFiles;

  /** The display function of the notebook's cell that is executing; undefined outside of a notebook. */
  kernelDisplay(): KernelDisplay | undefined;
}

/** Files by path. All methods are synchronous and throw what the system says. */
export interface Files {
  exists(path: string): boolean;
  isFolder(path: string): boolean;
  /** The text of a UTF-8 file. */
  read(path: string): string;
  /** Writes a file whole or not at all, in place of one that is there. Makes its folder. */
  write(path: string, text: string): void;
  /** Adds to the end of a file, which is made if need be, its folder too. */
  append(path: string, data: string | Uint8Array): void;
}

/** The files of an installed package. */
export interface PackageFiles {
  /** The URL of its main file. */
  readonly url: string;
  /** The text of its main file. */
  readonly script: string;
  /** The bytes of another file, named relative to the main one. */
  bytes(name: string): Uint8Array;
  /** Node's `require`, as the main file would have it; undefined in a browser. */
  readonly requireBeside: unknown;
}

export interface Threads {
  /** Whether there are any. */
  readonly available: boolean;
  /**
   * A new thread that runs the module, whose name is relative to lib/src and has no ending. Resolves when the module has posted
   * its first message, which `next` does not return. The thread does not keep the process alive.
   * @param data copied, but for the memory behind a SharedArrayBuffer, which both threads then see
   */
  start(module: string, data: unknown): Promise<Thread>;
  /** The other end, in a thread that `start` made. */
  readonly parent: ParentThread | undefined;

  /** How many threads may compute at the same time on this machine; 1 where there is one. */
  readonly processors: number;
  /**
   * Hands a task to the module, whose name is relative to lib/src and has no ending, on the first free one of some threads that
   * are kept for the next tasks a while, and returns what it returns. They do not keep the process alive.
   * @throws whatever the thread broke down of; or any error, at once, when the signal is aborted: that ends the thread, too
   */
  call(module: string, task: unknown, options: CallOptions): Promise<unknown>;
  /** What such a module exports by default, made of its work. */
  callee(work: (task: unknown, tell: (message: unknown) => void) => Promise<unknown>): unknown;
}

export interface CallOptions {
  /** The threads of such calls that there may be at the same time. */
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Gets what the work tells on the way. */
  readonly onMessage: (message: unknown) => void;
}

/** A thread as the one that made it sees it. */
export interface Thread {
  post(message: unknown): void;
  /** The next message that it posts. Rejects if the thread ends before. */
  next(): Promise<unknown>;
  /** A message that it has posted, without a turn of the event loop; undefined if there is none. */
  receive(): unknown;
  close(): Promise<void>;
}

/** The thread that made this one, as this one sees it. */
export interface ParentThread {
  readonly data: unknown;
  post(message: unknown): void;
  next(): Promise<unknown>;
}

export interface Terminal {
  /** Characters in a line. */
  readonly columns: number;
  write(text: string): void;
}

/** One output in several representations, from MIME type to content: text, or an object for a JSON type. */
export interface DisplayBundle {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  transient: Record<string, unknown>;
}

/** Shows an output below the cell, or, with `update`, in place of the one with the same `transient.display_id`. */
export type KernelDisplay = (bundle: DisplayBundle, update: boolean) => void;
