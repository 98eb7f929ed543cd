/**
 * The notebooks' TypeScript kernel in a browser: one Web Worker, no server.
 *
 * Decisions
 * - One kernel, two places. The files of jupyter/kernels/tslab run here as they are: the converter, the executor, the life of
 *   a cell, tracebacks. What they import of Node, and what cells import of it, the build finds in ./node, which holds as much
 *   of Node as a browser can do; the rest says so in one sentence when it is imported.
 * - A classic worker. A cell's `import` becomes a `require`, which must answer at once; `importScripts` and a synchronous
 *   request do. So a package is fetched when a cell first imports it, and no cell waits for one that it does not use.
 * - The compiler sees the same declarations as in Node, packed into one file for each package; see ./declarations.mjs.
 * - `Math` is Node's. The language leaves the last bit of exp, log, sin, ... to the engine, and Chromium's differ from Node's;
 *   see ./math.mjs. Without it no notebook would show the committed numbers.
 * - Files: those of the site and the reader's own can be read, and what cells write lies in memory until the kernel ends; see
 *   ./contents.mjs.
 * - Interrupting: a cell that awaits anything hears of it, as in Node. One that computes without a pause hears nothing; then
 *   whoever started the worker ends it and says so (./kernel.mjs).
 * - Nothing is fetched from another machine: all addresses are relative to this script's.
 *
 * The worker is started with a name, JSON of { folder, files, site, context }: the notebook's folder as an absolute path among
 * the site's files, where these begin, the application's address, and by which name its page answers for the reader's files (the
 * last two may be missing). Page and worker exchange Jupyter messages as plain objects,
 * { channel, header, parent_header, metadata, content }.
 */

import './start.mjs'; // before all others: Node's globals and its Math
import ts from 'typescript';
import { Kernel } from '../kernels/tslab/kernel.cjs';
import { declarationsHost } from './declarations.mjs';
import { drive } from './drive.mjs';
import { joinLibrary } from './library.mjs';
import { beside } from './place.mjs';
import { display, loadTslab } from './tslab.mjs';
import { Wire } from './wire.mjs';

const kernel = new Kernel({
  ts,
  host: declarationsHost(process.cwd()),
  tslab: { display, load: loadTslab },
  wire: new Wire(),
  hidden: [beside('.').replace(/\/$/, '')], // what is minified has no lines worth showing
});
joinLibrary(display);
self.addEventListener('message', drive.forget); // before the kernel hears of it
self.addEventListener('error', event => {
  event.preventDefault();
  kernel.uncaught(event.error);
});
self.addEventListener('unhandledrejection', event => {
  event.preventDefault();
  kernel.uncaught(event.reason);
});
kernel.start();
