/**
 * What is left of tslab: the module that cells import by its name, with `display` and `newDisplay`.
 *
 * That module writes through another one of tslab's, which would load tslab's own compiler, converter and sockets;
 * and it names the compiler's version. Both are put in place here before it is loaded: the one with nothing but the
 * function that writes (lib finds it there, too), the other with the compiler that the kernel uses.
 */

'use strict';

const Module = require('node:module');
const path = require('node:path');

function loadTslab(ts, folder) {
  const publicFile = path.join(folder, 'dist', 'public.js');
  const requireAsTslab = Module.createRequire(publicFile);
  const display = { lastWriteDisplayData: undefined };
  putInPlace(requireAsTslab.resolve('./jupyter'), display);
  putInPlace(requireAsTslab.resolve('@tslab/typescript-for-tslab'), ts);
  return { display, load: () => requireAsTslab(publicFile) };
}

function putInPlace(file, exports) {
  const module = new Module(file);
  Object.assign(module, { filename: file, loaded: true, exports });
  require.cache[file] = module;
}

module.exports = { loadTslab };
