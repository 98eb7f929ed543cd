/**
 * Runs the scripts that the converter makes of cells, and keeps what cells declare.
 *
 * What a cell declares stays in its closure; the kernel holds doors to it, one for each name, through which later cells
 * read and write. When every name of a cell has been declared anew, its doors are let go, and with them its memory.
 */

'use strict';

const Module = require('node:module');
const path = require('node:path');
const vm = require('node:vm');

class Executor {
  /** @param tslab gives the module that a cell imports as 'tslab' */
  constructor(tslab) {
    this.tslab = tslab;
    this.cells = new Map(); // number of a cell -> what it declares
    this.sources = new Map(); // path of a module beside the notebook -> its CommonJS
    this.loaded = new Map(); // path of such a module -> the module
    this.exports = {};
    const folder = process.cwd();
    this.require = this.requireFrom(Module.createRequire(path.join(folder, 'cell.js')), folder);
    this.stop = () => {};
  }

  /**
   * Runs a script of the converter's.
   * @returns the value of its last expression, and what it declares
   */
  async run({ body, parameters, async, modules }) {
    for (const { path: file, code } of modules) {
      this.sources.set(path.normalize(file), code);
      this.loaded.delete(path.normalize(file));
    }
    const cell = {
      require: this.require,
      names: doors => {
        cell.declared = namespaceOf(doors);
      },
    };
    globalThis.__cell__ = { __cell__: cell, require: this.require, exports: this.exports };
    const script = `(${async ? 'async ' : ''}function (${parameters.join(', ')}) {${body}\n})(${parameters.map(name => `__cell__.${name}`).join(', ')})`;
    // An interrupt reaches a cell that computes without a pause only through the virtual machine.
    const ended = vm.runInThisContext(script, { breakOnSigint: true });
    if (async) await Promise.race([ended, this.stopped()]);
    return { value: cell.result, declared: cell.declared };
  }

  stopped() {
    return new Promise((_, reject) => {
      this.stop = () => reject(new Error('Interrupted asynchronously'));
    });
  }

  /** Gives up the cell that awaits something, if one does. */
  interrupt() {
    this.stop();
  }

  /** Keeps what a cell declared under its number; forgets the cells that no visible name comes from. */
  keep(cell, declared, inUse) {
    this.cells.set(cell, declared);
    for (const number of this.cells.keys()) if (!inUse.has(number)) this.cells.delete(number);
  }

  /** `require` for code in `folder`: knows also earlier cells, tslab, and the modules beside the notebook. */
  requireFrom(require, folder) {
    return new Proxy(require, {
      apply: (_, self, args) => {
        const [id] = args;
        if (id === 'tslab') return this.tslab();
        const cell = /^cell:(\d+)$/.exec(id);
        if (cell) return this.cells.get(Number(cell[1]));
        return this.requireBeside(path.resolve(folder, String(id))) ?? Reflect.apply(require, self, args);
      },
    });
  }

  requireBeside(place) {
    const file = this.sources.has(place) ? place : `${place.replace(/\.[jt]sx?$/, '')}.js`;
    const before = this.loaded.get(file);
    if (before) return before.exports;
    const source = this.sources.get(file);
    if (source === undefined) return undefined;
    const module = new Module(file);
    module.filename = file;
    module.paths = Module._nodeModulePaths(path.dirname(file));
    module.require = this.requireFrom(module.require.bind(module), path.dirname(file));
    this.loaded.set(file, module); // before it runs: two modules may import each other
    try {
      module._compile(source, file);
    } catch (error) {
      this.loaded.delete(file);
      throw error;
    }
    return module.exports;
  }
}

/** An object whose properties are read and written through the doors. */
function namespaceOf(doors) {
  const properties = Object.entries(doors).map(([name, [get, set]]) => [
    name,
    { get, set, enumerable: true },
  ]);
  return Object.defineProperties({ __proto__: null }, Object.fromEntries(properties));
}

module.exports = { Executor };
