/**
 * Where a line of executed JavaScript comes from.
 *
 * The converter makes a cell's script in two steps and a source map of each. Each script gets a name of its own
 * (`//# sourceURL`), so that a stack frame says which cell it is in, and the two maps, one after the other, say which
 * line of the cell.
 */

'use strict';

const { SourceMap } = require('node:module');

/** The executor opens a function in the line before a script; script.cjs puts a line before the module. */
const LINES_BEFORE_BODY = 1;
const LINES_BEFORE_MODULE = 1;

class Sources {
  constructor() {
    this.cells = new Map();
  }

  /** Gives a script of the converter's a name, and remembers its maps. */
  register(label, source, { body, maps }) {
    const script = `cell-${this.cells.size + 1}.js`;
    this.cells.set(script, {
      label,
      lines: source.split('\n'),
      bodyLines: body.split('\n').length,
      ...maps,
    });
    return { script, body: `\n${body}\n//# sourceURL=${script}` };
  }

  /** The place in a cell of a place in its script (both counted from 1), or undefined if it is in none. */
  locate(script, line, column) {
    const cell = this.cells.get(script);
    const bodyLine = line - 1 - LINES_BEFORE_BODY;
    if (!cell || bodyLine < 0 || bodyLine >= cell.bodyLines) return undefined;
    const inModule = find(cell.toModule, bodyLine, column - 1);
    const moduleLine = inModule && inModule.originalLine - LINES_BEFORE_MODULE;
    const inSource = moduleLine >= 0 && find(cell.toTypeScript, moduleLine, inModule.originalColumn);
    const index = inSource?.originalLine;
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

module.exports = { Sources };
