/** Node's `util`: its inspect and format to the letter, and what else is often asked for. */

import util from 'node-inspect-extracted';

export const { inspect, format, formatWithOptions, stripVTControlCharacters } = util;

export const promisify =
  work =>
  (...args) =>
    new Promise((resolve, reject) =>
      work(...args, (error, value) => (error ? reject(error) : resolve(value))),
    );

export const inherits = (child, parent) => Object.setPrototypeOf(child.prototype, parent.prototype);
export const deprecate = work => work;

export const types = {
  isPromise: value => value instanceof Promise,
  isDate: value => value instanceof Date,
  isRegExp: value => value instanceof RegExp,
  isMap: value => value instanceof Map,
  isSet: value => value instanceof Set,
  isTypedArray: value => ArrayBuffer.isView(value) && !(value instanceof DataView),
  isFloat32Array: value => value instanceof Float32Array,
  isInt32Array: value => value instanceof Int32Array,
  isUint8Array: value => value instanceof Uint8Array,
  isUint8ClampedArray: value => value instanceof Uint8ClampedArray,
};

const { TextDecoder, TextEncoder } = globalThis;

export { TextDecoder, TextEncoder };
