import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from 'pglab';

test('the same seed gives the same numbers, another seed others', () => {
  const draw = (seed: number) =>
    Array.from(
      { length: 5 },
      (() => {
        const r = new Rng(seed);
        return () => r.uniform();
      })(),
    );
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
});
