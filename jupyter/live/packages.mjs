/**
 * `require` in the worker. Modules of Node are those of ./node; packages are scripts beside this one, fetched at the first
 * import. Each script calls `define` below with the function that makes its module.
 */

import { nodeModules } from './node/index.mjs';
import { beside, fetchNow } from './place.mjs';

/** PACKAGES, name to script, is put in by the build (scripts/site/live/worker.mjs). */
const scripts = new Map(Object.entries(PACKAGES));
const made = new Map();
const makers = new Map();

globalThis[Symbol.for('pglab.packages')] = {
  define: (name, make) => makers.set(name, make),
  bytes: name => fetchNow(beside(`packages/${name}`), 'bytes'),
  text: name => fetchNow(beside(`packages/${name}`)),
};

/** The module of a package; loads it where it is not loaded yet. */
export function loadPackage(name) {
  const before = made.get(name);
  if (before) return before.exports;
  importScripts(beside(`packages/${scripts.get(name)}`));
  const module = { exports: {} };
  made.set(name, module);
  try {
    makers.get(name)(module, module.exports, requireHere);
  } catch (error) {
    made.delete(name);
    throw error;
  }
  return module.exports;
}

export function requireHere(name) {
  const builtIn = /^(?:node:)?(.*?)\/?$/.exec(name)[1];
  if (Object.hasOwn(nodeModules, builtIn)) return nodeModules[builtIn]();
  if (scripts.has(name)) return loadPackage(name);
  if (name.startsWith('node:') || NODE_ONLY.has(name))
    throw new Error(`${name} is a part of Node, which a browser has not: run this notebook on your machine.`);
  const packages = [...scripts.keys()].filter(key => key !== 'tslab' && !key.startsWith('node '));
  const error = new Error(
    `Cannot find module '${name}': in the browser a cell can import ${packages.join(', ')} and a part of Node's modules.`,
  );
  error.code = 'MODULE_NOT_FOUND';
  throw error;
}

const NODE_ONLY = new Set(
  [
    'child_process',
    'cluster',
    'dgram',
    'dns',
    'http',
    'http2',
    'https',
    'inspector',
    'net',
    'readline',
  ].concat(['repl', 'sqlite', 'tls', 'tty', 'v8', 'wasi', 'zlib']),
);
