/** The converter's view of this machine: TypeScript's own file system, and where the notebook and its types lie. */

'use strict';

const fs = require('node:fs');
const path = require('node:path');

const slashes = file => file.replaceAll('\\', '/');

/** @param ts the TypeScript module  @param tslabFolder where tslab lies, whose types a cell can import from anywhere */
function fileHost(ts, tslabFolder) {
  const folder = slashes(process.cwd());
  const tslab = slashes(tslabFolder);
  const { fileExists, readFile, directoryExists, getDirectories, readDirectory, realpath } = ts.sys;
  const typeRoots = ts.getEffectiveTypeRoots({}, { getCurrentDirectory: () => folder }) ?? [];
  // Outside of any project a cell still knows `console`: tslab brings Node's types along.
  if (!typeRoots.some(root => fileExists(`${root}/node/package.json`)))
    typeRoots.push(`${tslab}/node_modules/@types`);
  return {
    folder,
    libFolder: slashes(path.dirname(require.resolve('typescript'))),
    typeRoots,
    paths: { tslab: [`${tslab}/dist/public.d.ts`] },
    useCaseSensitiveFileNames: ts.sys.useCaseSensitiveFileNames,
    fileExists,
    readFile,
    directoryExists,
    getDirectories,
    readDirectory,
    realpath,
    /** A user's own modules change while the kernel runs; packages don't. */
    version(file) {
      if (file.includes('/node_modules/') || file.endsWith('.d.ts')) return '1';
      return String(fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs);
    },
  };
}

module.exports = { fileHost };
