/** What pglab finds of its kernel in a browser; lib/src/platform/browser.ts says what it may be. */

import { nodeModules } from './node/index.mjs';
import { loadPackage, requireHere } from './packages.mjs';

/** @param display holds the function that shows an output below the cell */
export function joinLibrary(display) {
  const fs = nodeModules.fs();
  const { dirname } = nodeModules.path();
  globalThis[Symbol.for('pglab.kernel')] = {
    display: () => display.lastWriteDisplayData,
    require: requireHere,
    packageFiles: loadPackage,
    files: {
      exists: fs.existsSync,
      isFolder: path => fs.statSync(path).isDirectory(),
      read: path => fs.readFileSync(path, 'utf8'),
      write(path, text) {
        fs.mkdirSync(dirname(path), { recursive: true });
        fs.writeFileSync(path, text);
      },
      append(path, data) {
        fs.mkdirSync(dirname(path), { recursive: true });
        fs.appendFileSync(path, data);
      },
    },
  };
}
