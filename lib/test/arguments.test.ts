/**
 * What a public function says to arguments that are none: each is called without any, and with the same wrong thing in all
 * places. It may take them, if they are right for it; else it says in a sentence of its own which argument is wrong. What
 * the engine says (`Cannot read properties of undefined`) helps nobody.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as pglab from 'pglab';

type Callable = (...args: unknown[]) => unknown;

/** The public functions and classes, those of namespaces among them. */
function* functionsIn(names: Record<string, unknown>, prefix = ''): Generator<[string, Callable]> {
  for (const [name, value] of Object.entries(names))
    if (typeof value === 'function') yield [prefix + name, value as Callable];
    else if (value !== null && typeof value === 'object' && !Array.isArray(value))
      yield* functionsIn({ ...value }, `${prefix}${name}.`);
}

const WRONG: unknown[] = [undefined, null, {}, 7, 'x', [], [null]];
/** What V8 says, in all forms that were met. */
const OF_THE_ENGINE =
  /Cannot (read|destructure|convert|set|use)|is not (a function|iterable|a constructor)|of empty array|call stack|Invalid (array|typed)/;
const isClass = (f: Callable) => /^class/.test(Function.prototype.toString.call(f));

async function messageOf(f: Callable, args: unknown[]): Promise<string> {
  try {
    await (isClass(f) ? Reflect.construct(f, args) : f(...args));
  } catch (error) {
    return String((error as Error)?.message);
  }
  return '';
}

describe('arguments that are none', () => {
  const functions = [...functionsIn({ ...pglab })];
  test('there are many functions', () => assert.ok(functions.length > 200, String(functions.length)));

  for (const [name, f] of functions)
    test(name, async t => {
      t.mock.method(console, 'log', () => {}); // `table([])`, `reveal` and `show` have a say
      const places = Math.max(f.length, 1);
      for (const args of [[], ...WRONG.map(wrong => Array<unknown>(places).fill(wrong))]) {
        const message = await messageOf(f, args);
        assert.doesNotMatch(message, OF_THE_ENGINE, `${name}(${args.map(String).join(', ')})`);
      }
    });
});

test('lists of numbers are no other things that have a length or none', () => {
  const { distance, dot, largestGap, norm, sum } = pglab;
  for (const wrong of ['ab', {}, 7, null] as never[]) {
    const message = /^[xu] is .*, but must be an array of numbers\.$/;
    for (const f of [sum, norm]) assert.throws(() => f(wrong), { name: 'TypeError', message });
    for (const f of [distance, dot, largestGap])
      assert.throws(() => f(wrong, wrong), { name: 'TypeError', message });
  }
  assert.equal(sum([]), 0);
});
