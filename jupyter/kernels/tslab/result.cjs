/**
 * The value of a cell's last expression as a MIME bundle, if it has one: by its own method under
 * Symbol.for('Jupyter.display'), or because it is a table or a figure, which pglab knows how to show.
 */

'use strict';

const { inspect } = require('node:util');

const DISPLAY = Symbol.for('Jupyter.display');

/** @returns data and metadata; undefined for a value that is printed */
async function resultBundle(value) {
  if (typeof value !== 'object' && typeof value !== 'function') return undefined;
  if (typeof value[DISPLAY] === 'function') {
    const data = await value[DISPLAY]();
    if (typeof data !== 'object' || data === null)
      throw new TypeError(
        `[Symbol.for('Jupyter.display')]() gave ${inspect(data, { depth: 0 })}, but must give an object { MIME type: content }.`,
      );
    return { data: { 'text/plain': inspect(value, { depth: 0 }), ...encoded(data) }, metadata: {} };
  }
  if (!mayBeTable(value) && !mayBeFigure(value)) return undefined;
  return lib()?.mimeBundle(value);
}

// A glance before pglab is loaded for it; pglab looks closer.
const mayBeTable = value => Array.isArray(value.columns) && Array.isArray(value.values);
const mayBeFigure = value => Array.isArray(value.data) && typeof value.layout === 'object';

function lib() {
  try {
    return require('pglab');
  } catch {
    return undefined; // a kernel without the library prints
  }
}

/** Bytes travel as base64. */
const encoded = data =>
  Object.fromEntries(
    Object.entries(data).map(([type, content]) => [
      type,
      content instanceof Uint8Array ? Buffer.from(content).toString('base64') : content,
    ]),
  );

module.exports = { resultBundle };
