/** The modules of Node that a browser can stand in for, by name, each as a function that gives it. */

import buffer from 'buffer';
import events from 'events';
import path from 'path-browserify';
import { loadPackage } from '../packages.mjs';
import { assert } from './assert.mjs';
import * as asyncHooks from './async_hooks.mjs';
import * as crypto from './crypto.mjs';
import * as fs from './fs.mjs';
import * as os from './os.mjs';
import { nodeProcess } from './process.mjs';
import * as timers from './timers_promises.mjs';
import * as url from './url.mjs';
import * as util from './util.mjs';

/** Each is a plain object, as Node's are: an ES module's namespace would be taken for a compiled one. */
const plain = namespace => {
  const module = { ...namespace };
  return () => module;
};

const { promises } = fs;

export const nodeModules = {
  assert: () => assert,
  async_hooks: plain(asyncHooks),
  buffer: () => buffer,
  crypto: plain(crypto),
  events: () => events,
  fs: plain(fs),
  'fs/promises': () => promises,
  os: plain(os),
  path: plain({ ...path, posix: path, default: undefined }),
  'path/posix': () => path,
  perf_hooks: plain({ performance }),
  process: () => nodeProcess,
  stream: () => loadPackage('node stream'),
  timers: plain({ setTimeout, clearTimeout, setInterval, clearInterval, setImmediate: timers.immediate }),
  'timers/promises': plain(timers),
  url: plain(url),
  util: plain(util),
};
