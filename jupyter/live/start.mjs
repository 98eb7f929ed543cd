/** What must be there before any other module runs: where the notebook lies, Node's globals, Node's Math. */

import { Buffer } from 'buffer';
import { nodeConsole } from './console.mjs';
import { portMath } from './math.mjs';
import { nodeProcess } from './node/process.mjs';

portMath(Math);

const setImmediate = (work, ...args) => setTimeout(work, 0, ...args);
Object.assign(globalThis, {
  global: globalThis,
  process: nodeProcess,
  Buffer,
  setImmediate,
  clearImmediate: clearTimeout,
  console: nodeConsole(nodeProcess),
});

// Only an https: page or the loopback address has it.
crypto.randomUUID ??= () =>
  '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, digit =>
    (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16),
  );
