/** Node's `module`, as far as the kernel asks for it: require, modules that cells bring along, source maps. */

import { TraceMap, traceSegment } from '@jridgewell/trace-mapping';
import { requireHere } from '../packages.mjs';
import { runInThisContext } from './vm.mjs';

export default class Module {
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
    made.call(
      this.exports,
      this.exports,
      this.require,
      this,
      file,
      file.slice(0, file.lastIndexOf('/')) || '/',
    );
  }
}

export const { createRequire } = Module;

/** Lines and columns from 0. */
export class SourceMap {
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
