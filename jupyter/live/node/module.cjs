/** Node's `module`, as far as the kernel asks for it: require, modules that cells bring along, source maps. */

'use strict';

const { TraceMap, traceSegment } = require('@jridgewell/trace-mapping');
const { requireHere } = require('../packages.mjs');
const { runInThisContext } = require('./vm.mjs');

class Module {
  static createRequire = () => requireHere;
  static _nodeModulePaths = () => [];

  constructor(id) {
    this.id = id;
    this.exports = {};
    this.require = requireHere;
  }

  _compile(source, file) {
    const head = '(function (exports, require, module, __filename, __dirname) {';
    const made = runInThisContext(`${head}${source}\n})\n//# sourceURL=${file}`);
    const folder = file.slice(0, file.lastIndexOf('/')) || '/';
    made.call(this.exports, this.exports, this.require, this, file, folder);
  }
}

/** Lines and columns from 0. */
class SourceMap {
  constructor(map) {
    this.map = new TraceMap(map);
  }

  findEntry(line, column) {
    const [generatedColumn, , originalLine, originalColumn] = traceSegment(this.map, line, column) ?? [];
    return originalLine === undefined
      ? {}
      : { generatedLine: line, generatedColumn, originalLine, originalColumn };
  }
}

module.exports = Object.assign(Module, { SourceMap });
