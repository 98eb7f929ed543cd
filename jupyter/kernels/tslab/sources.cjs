/**
 * Where a line of executed JavaScript comes from.
 *
 * tslab compiles a cell in two steps, TypeScript -> ES module -> CommonJS, and keeps no source map of either. Both go
 * through the TypeScript module that it loads; here that module's two functions are replaced by ones that also make
 * the maps. Each compiled cell then gets a script name of its own (`//# sourceURL`), so that a stack frame says which
 * cell it is in, and the two maps, one after the other, say which line of the cell.
 */

'use strict';

const { createRequire, SourceMap } = require('node:module');
const path = require('node:path');
const names = require('./names.cjs');

const INLINE_MAP = /\n?\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/;
const MAP_LINK = /\n?\/\/# sourceMappingURL=\S+\s*$/;
/** tslab puts the line `export {};` before a cell, and we an empty one before its output. */
const LINES_BEFORE_SOURCE = 1;
const LINES_BEFORE_OUTPUT = 1;

class Sources {
  constructor(tslabFolder) {
    this.cells = new Map();
    this.maps = null;
    const requireAsTslab = createRequire(path.join(tslabFolder, 'dist', 'converter.js'));
    const name = '@tslab/typescript-for-tslab';
    const ts = requireAsTslab(name);
    requireAsTslab.cache[requireAsTslab.resolve(name)].exports = {
      ...ts,
      ...names(ts),
      createWatchCompilerHost: (files, options, ...rest) =>
        ts.createWatchCompilerHost(files, { ...options, inlineSourceMap: true }, ...rest),
      transpileModule: (module, { compilerOptions, ...options }) => {
        const inline = INLINE_MAP.exec(module);
        const result = ts.transpileModule(module.replace(INLINE_MAP, ''), {
          ...options,
          compilerOptions: { ...compilerOptions, sourceMap: true },
        });
        this.maps = { toTypeScript: inline && decode(inline[1]), toModule: JSON.parse(result.sourceMapText) };
        return { ...result, outputText: result.outputText.replace(MAP_LINK, '') };
      },
    };
  }

  /** Gives the output of the cell that was just compiled a script name, and remembers its maps. */
  register(label, source, output) {
    const script = `cell-${this.cells.size + 1}.js`;
    const { toTypeScript, toModule } = this.maps;
    this.cells.set(script, {
      label,
      lines: source.split('\n'),
      outputLines: output.split('\n').length,
      toTypeScript,
      toModule,
    });
    return { script, output: `\n${output}\n//# sourceURL=${script}` };
  }

  /** The place in a cell of a place in its script (both counted from 1), or undefined if it is in none. */
  locate(script, line, column) {
    const cell = this.cells.get(script);
    const outputLine = line - 1 - LINES_BEFORE_OUTPUT;
    if (!cell?.toTypeScript || outputLine < 0 || outputLine >= cell.outputLines) return undefined;
    const inModule = find(cell.toModule, outputLine, column - 1);
    const inSource = inModule && find(cell.toTypeScript, inModule.originalLine, inModule.originalColumn);
    if (!inSource) return undefined;
    const index = inSource.originalLine - LINES_BEFORE_SOURCE;
    if (!(index >= 0 && index < cell.lines.length)) return undefined;
    return { label: cell.label, line: index + 1, text: cell.lines[index] };
  }

  has(script) {
    return this.cells.has(script);
  }
}

/** The entry of a source map for a place, or, if what is there was not in the source, for what ends the line. */
function find(map, line, column) {
  const reader = new SourceMap(map);
  return [column, Number.MAX_SAFE_INTEGER]
    .map(c => reader.findEntry(line, c))
    .find(entry => entry.generatedLine === line && entry.originalLine !== undefined);
}

const decode = base64 => JSON.parse(Buffer.from(base64, 'base64').toString());

module.exports = { Sources };
