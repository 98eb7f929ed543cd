/** Node's `assert`: equality by what `inspect` shows in full, which tells apart all that a cell compares. */

import util from 'node-inspect-extracted';

export class AssertionError extends Error {
  name = 'AssertionError';
  code = 'ERR_ASSERTION';
}

const text = value =>
  util.inspect(value, {
    depth: Number.POSITIVE_INFINITY,
    maxArrayLength: null,
    maxStringLength: null,
    sorted: true,
  });

function require(condition, message, sentence) {
  if (condition) return;
  throw message instanceof Error ? message : new AssertionError(message ?? sentence());
}

export const assert = (value, message) =>
  require(value, message, () => `The value is ${text(value)}, but must be truthy.`);

const equal = (actual, expected, message) =>
  require(Object.is(actual, expected), message, () => `${text(actual)} is not ${text(expected)}.`);
const deepEqual = (actual, expected, message) =>
  require(text(actual) === text(expected), message, () => `${text(actual)} is not ${text(expected)}.`);

const fits = (error, expected) =>
  expected === undefined ||
  (expected instanceof RegExp && expected.test(String(error))) ||
  (typeof expected === 'function' && (error instanceof expected || expected(error) === true));

Object.assign(assert, {
  AssertionError,
  ok: assert,
  equal,
  strictEqual: equal,
  deepEqual,
  deepStrictEqual: deepEqual,
  notStrictEqual: (actual, expected, message) =>
    require(!Object.is(actual, expected), message, () => `Both are ${text(actual)}.`),
  match: (value, pattern, message) =>
    require(pattern.test(value), message, () => `${text(value)} does not match ${pattern}.`),
  fail: message => require(false, message, () => 'Failed'),
  throws(work, expected, message) {
    try {
      work();
    } catch (error) {
      if (!fits(error, expected)) throw error;
      return;
    }
    require(false, message, () => 'Nothing was thrown.');
  },
  async rejects(work, expected, message) {
    try {
      await (typeof work === 'function' ? work() : work);
    } catch (error) {
      if (!fits(error, expected)) throw error;
      return;
    }
    require(false, message, () => 'Nothing was thrown.');
  },
});
assert.strict = assert;
