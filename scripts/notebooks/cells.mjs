/**
 * Type-checks a notebook's cells in strict mode. The kernel is lenient (it checks without `strict`), so that a beginner
 * can try things; the cells that the lecture ships hold to the library's own standard.
 *
 * The code cells of a notebook become one module, one after the other, which the project's compiler checks against the
 * same declarations that a script would see. A diagnostic's line is mapped back to its cell.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { joined } from './files.mjs';

const require = createRequire(import.meta.url);
const ts = require('typescript');

const options = {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts'],
  // Top-level await needs an ES module.
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  esModuleInterop: true,
  skipLibCheck: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  types: ['node'],
};

/** A notebook's code cells as one text, and for each line of it the cell (from 1) and its line (from 1). */
export function moduleOf(notebook) {
  const lines = [];
  const origins = [];
  notebook.cells.forEach((cell, i) => {
    if (cell.cell_type !== 'code') return;
    joined(cell.source)
      .split(/\r?\n/)
      .forEach((line, k) => {
        lines.push(line);
        origins.push({ cell: i + 1, line: k + 1 });
      });
    // A cell ends its last statement, also where it has no semicolon.
    lines.push(';');
    origins.push({ cell: i + 1, line: joined(cell.source).split(/\r?\n/).length });
  });
  return { text: lines.join('\n'), origins };
}

/**
 * Type-checks notebooks (paths, or { path, notebook } for ones that are no files; imports are resolved from the path).
 * @returns {string[]} one line for each diagnostic: 'name.ipynb, cell 3, line 2: ... (TS2322)'
 */
export function checkCells(notebooks) {
  const modules = new Map(
    notebooks.map(entry => {
      const { path, notebook } =
        typeof entry === 'string'
          ? { path: entry, notebook: JSON.parse(readFileSync(entry, 'utf8')) }
          : entry;
      const fileName = join(dirname(path), `${basename(path)}.ts`).replaceAll('\\', '/');
      return [fileName, { name: basename(path), ...moduleOf(notebook) }];
    }),
  );
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = name => modules.has(name) || fileExists.call(host, name);
  host.readFile = name => modules.get(name)?.text ?? readFile.call(host, name);
  host.getSourceFile = (name, ...rest) =>
    modules.has(name)
      ? ts.createSourceFile(name, modules.get(name).text, ts.ScriptTarget.ES2022, true)
      : getSourceFile.call(host, name, ...rest);
  const program = ts.createProgram([...modules.keys()], options, host);
  const global = [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()];
  const own = [...modules.keys()].flatMap(name => {
    const file = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  });
  return [...global, ...own].map(diagnostic => describe(diagnostic, modules));
}

function describe({ file, start, messageText, code }, modules) {
  const message = `${ts.flattenDiagnosticMessageText(messageText, '\n  ')} (TS${code})`;
  const module = file && modules.get(file.fileName);
  if (!module) return message;
  const origin = module.origins[file.getLineAndCharacterOfPosition(start).line];
  return `${module.name}, cell ${origin.cell}, line ${origin.line}: ${message}`;
}
