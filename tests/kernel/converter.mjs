/** The kernel's converter and executor in this process, without Jupyter: for tests that run many cells. */

import { createRequire } from 'node:module';
import path from 'node:path';
import { kernelspec, repository } from './client.mjs';

const require = createRequire(path.join(kernelspec, 'launcher.cjs'));
const ts = require('typescript');
const { createConverter } = require('./converter.cjs');
const { Executor } = require('./executor.cjs');
const { fileHost } = require('./files.cjs');
const { declarations, words } = require('./declarations.cjs');

/** The names that a cell declares, and every word in it. */
export function namesIn(code) {
  const file = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.ES2022);
  return { declared: new Set(declarations(ts, file).names.keys()), words: words(ts, file) };
}

/** A session: `run` compiles a cell, runs it, and gives the value of its last expression; throws what is wrong with it. */
export function session() {
  const converter = createConverter(ts, fileHost(ts, path.join(repository, 'node_modules', 'tslab')));
  const executor = new Executor(() => ({}));
  const run = async code => {
    const converted = converter.convert(code);
    if (converted.diagnostics.length > 0) {
      const [{ start, messageText }] = converted.diagnostics;
      throw new Error(`${start.line + 1}:${start.character + 1} - ${messageText}`);
    }
    const { value, declared } = await executor.run(converted);
    const { cell, inUse } = converted.keep();
    executor.keep(cell, declared, inUse);
    return value;
  };
  return { run, converter, executor, close: () => converter.close() };
}
