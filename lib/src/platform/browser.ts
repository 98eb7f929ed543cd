/**
 * The platform in a browser: a page, a worker, a notebook's kernel. There is one thread. Files and packages are what the kernel
 * has (jupyter/live/library.mjs); without one there are none, and whoever asks for them is told so.
 */

import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex } from '@noble/hashes/utils';
import type { Files, KernelDisplay, PackageFiles, Platform } from './platform';

function noFiles(): never {
  throw new Error('A browser has no files that pglab could read or write.');
}

/** A channel as browsers have it, where Node's types differ. */
interface BrowserChannel {
  port1: { onmessage: () => void; close(): void };
  port2: { postMessage(message: unknown): void };
}

/** What a notebook's kernel in the browser leaves for pglab. */
interface BrowserKernel {
  /** The display function of the cell that is executing. */
  display(): KernelDisplay | undefined;
  /** A package's module. */
  readonly require: (name: string) => unknown;
  /** The files of a package that is no module. */
  packageFiles(name: string): PackageFiles & { readonly version: string };
  readonly files: Files;
}

/** Where it leaves it. */
const KERNEL = Symbol.for('pglab.kernel');

const global = globalThis as unknown as { [KERNEL]?: BrowserKernel; tf?: unknown };

const noFile: Files = { exists: noFiles, isFolder: noFiles, read: noFiles, write: noFiles, append: noFiles };

export const platform: Platform = {
  name: 'a browser',
  get files() {
    return global[KERNEL]?.files ?? noFile;
  },
  threads: {
    available: false,
    start: () => Promise.reject(new Error('In a browser, pglab computes on one thread.')),
    parent: undefined,
    processors: 1,
    call: () => Promise.reject(new Error('In a browser, pglab computes on one thread.')),
    callee: work => work,
  },
  terminal: undefined,

  withWideRegisters: () => undefined, // a page can't change options of its browser
  networksPerMemory: 32,

  /** A message is delivered in a turn of its own, and no browser puts one off as it does with timers. */
  turn: () =>
    new Promise(resolve => {
      const { port1, port2 } = new MessageChannel() as unknown as BrowserChannel;
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    }),

  sha256: text => bytesToHex(sha256(text)),
  toBase64(bytes) {
    let text = '';
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return btoa(text);
  },
  fromBase64: text => Uint8Array.from(atob(text), character => character.charCodeAt(0)),

  optional(name, user) {
    if (global[KERNEL]) return global[KERNEL].require(name);
    if (name === '@tensorflow/tfjs-node' && global.tf) return global.tf;
    throw new Error(
      name === '@tensorflow/tfjs-node'
        ? `${user} needs TensorFlow.js as the global variable tf: load @tensorflow/tfjs before.`
        : `${user} needs the package ${name}, which does not run in a browser.`,
    );
  },
  optionalModule: (name, user) =>
    Promise.reject(new Error(`${user} needs the package ${name}, which pglab does not load in a browser.`)),
  userModule(path) {
    throw new Error(`fromModule was asked for ${path}, but loads no modules in a browser.`);
  },
  optionalFiles(name, version, user) {
    const files = global[KERNEL]?.packageFiles(name);
    if (files?.version === version) return files;
    throw new Error(`${user} needs the package ${name}, which pglab does not load in a browser.`);
  },

  kernelDisplay: () => global[KERNEL]?.display(),
};
