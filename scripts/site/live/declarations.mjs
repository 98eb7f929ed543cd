/**
 * The declarations that the live notebooks' compiler needs: what the kernel's converter reads in Node when a cell imports
 * every package that the browser has.
 */

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../../setup/paths.mjs';

const require = createRequire(join(root, 'jupyter', 'kernels', 'tslab', 'launcher.cjs'));
const ts = require('typescript');
const { createConverter } = require('./converter.cjs');
const { fileHost } = require('./files.cjs');

/** What a cell imports, by the pack of declarations that comes with it; what more than one needs is in the first. */
const PACKS = {
  'cell.json': ['pglab', 'tslab', 'node:fs'],
  'tensorflow.json': ['@tensorflow/tfjs-node'],
  'danfojs.json': ['danfojs-node'],
  'diff.json': ['diff'],
  'plotly.json': ['plotly.js-dist'],
};
const MODULES = '/node_modules/';
const slashes = path => path.replaceAll('\\', '/');

/** @returns packs: the files of each, text by path in the browser; packOf: for each package the name of its pack */
export function packDeclarations() {
  const project = slashes(root);
  const host = fileHost(ts, `${project}/node_modules/tslab`);
  const typeRoot = `${project}/node_modules/@types`;
  const packs = {};
  const packOf = {};
  let current;
  const keep = (path, text) => {
    if (text === undefined || !path.startsWith(project + MODULES)) return;
    const inBrowser = path.slice(project.length);
    const [, name] = /^\/node_modules\/(@[^/]+\/[^/]+|[^/]+)/.exec(inBrowser);
    packOf[name] ??= current;
    packs[packOf[name]][inBrowser] = text;
  };
  const recording = {
    ...host,
    folder: `${project}/notebooks`,
    realpath: path => path, // lib is a link in node_modules, and stays there
    typeRoots: [typeRoot],
    getDirectories: path => (path === typeRoot ? ['node'] : host.getDirectories(path)),
    readFile(path) {
      const text = host.readFile(path);
      keep(path, text);
      return text;
    },
    fileExists(path) {
      const exists = host.fileExists(path);
      if (exists) keep(path, host.readFile(path));
      return exists;
    },
  };
  let converter;
  for (const [pack, names] of Object.entries(PACKS)) {
    packs[pack] = {};
    current = pack;
    converter ??= createConverter(ts, recording);
    const cell = names.map((name, i) => `import * as _${i} from '${name}';\n_${i};`).join('\n');
    const { diagnostics } = converter.convert(cell);
    if (diagnostics.length > 0)
      throw new Error(
        `The declarations of ${names.join(', ')} do not compile: ${diagnostics[0].messageText}`,
      );
  }
  converter.close();
  return { packs, packOf };
}
