/** Node's `process`, as far as there is one: the notebook's folder, the streams that end up below the cell, events. */

import events from 'events';
import { notebookFolder } from '../place.mjs';

const stream = () => ({ isTTY: false, columns: 80, write: () => true });

export const nodeProcess = Object.assign(new events.EventEmitter(), {
  title: 'pglab',
  browser: true, // by which TypeScript leaves Node's files alone
  // No `versions.node`: by it, libraries tell that this is not Node.
  versions: {},
  version: '',
  platform: 'browser',
  arch: 'wasm32',
  argv: [],
  execArgv: [],
  env: {},
  pid: 1,
  release: { name: 'browser' },
  stdout: stream(),
  stderr: stream(),
  cwd: () => notebookFolder,
  chdir() {
    throw new Error('process.chdir is not there in a browser: a notebook stays in its folder.');
  },
  exit: () => self.close(),
  nextTick: (work, ...args) => queueMicrotask(() => work(...args)),
  uptime: () => performance.now() / 1000,
  hrtime: Object.assign(
    () => {
      const now = performance.now();
      return [Math.floor(now / 1000), Math.floor((now % 1000) * 1e6)];
    },
    { bigint: () => BigInt(Math.round(performance.now() * 1e6)) },
  ),
  memoryUsage: () => ({ heapUsed: performance.memory?.usedJSHeapSize ?? 0, rss: 0 }),
  emitWarning: warning => console.error(String(warning)),
});
