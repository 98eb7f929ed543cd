/** A cell has no keyboard: whoever reads from standard input gets one sentence instead of waiting forever. */

'use strict';

const { Readable } = require('node:stream');

const SENTENCE =
  'A cell cannot read from standard input (process.stdin): put what it needs into a variable of the cell.';

/** Puts a stream in the place of the process's standard input that fails as soon as it is read. */
function refuseInput() {
  let stdin;
  Object.defineProperty(process, 'stdin', {
    configurable: true,
    enumerable: true,
    get() {
      if (!stdin || stdin.destroyed)
        stdin = new Readable({
          read() {
            this.destroy(new Error(SENTENCE));
          },
        });
      return stdin;
    },
  });
}

module.exports = { refuseInput };
