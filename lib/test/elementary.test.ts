/** The elementary functions of the browser entry are Node's, to the bit. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from 'pglab';
import { atan, atan2, cos, exp, expm1, hypot, log, log1p, log10, sin } from '../dist/platform/elementary';

const SPECIAL = [0, -0, 1, -1, Infinity, -Infinity, NaN, 5e-324, -5e-324, 2.2e-308, 1e-310, Number.MAX_VALUE];
SPECIAL.push(Math.PI, Math.PI / 2, Math.PI / 4, -Math.PI / 4, (3 * Math.PI) / 4, 100 * Math.PI, Math.SQRT2);
SPECIAL.push(Math.SQRT1_2, Math.LN2, Math.LN2 / 2, 709.78, 709.79, -708.4, -745.13, -745.14, 1000, -1000);
SPECIAL.push(
  2 ** -27,
  2 ** -28,
  2 ** -29,
  2 ** -54,
  2 ** 53,
  1 + 2 ** -20,
  1 - 2 ** -20,
  0.3,
  0.78125,
  0.41422,
);

for (const ours of [exp, log, log1p, log10, expm1, sin, cos, atan]) {
  const name = ours.name as 'exp';
  test(`${name}: the bits of Node on edges and on 300,000 numbers of all sizes`, () => {
    const rng = new Rng(7);
    const nodes = Math[name];
    const same = (x: number) => {
      const [a, b] = [ours(x), nodes(x)];
      if (!Object.is(a, b)) assert.fail(`${name}(${x}) is ${a}, but ${b} in Node`);
    };
    for (const x of SPECIAL) for (const y of [x, -x, x * (1 + 2 ** -52), x * (1 - 2 ** -53)]) same(y);
    for (let i = 0; i < 100_000; i++) {
      same(rng.uniform(-8, 8));
      same(rng.normal() * 10 ** rng.uniform(-10, 3));
      same(i / 64 - 700);
    }
  });
}

for (const ours of [atan2, hypot]) {
  const name = ours.name as 'atan2';
  test(`${name}: the bits of Node on all pairs of edges and on 200,000 pairs of all sizes`, () => {
    const rng = new Rng(8);
    const nodes = Math[name];
    const same = (y: number, x: number) => {
      const [a, b] = [ours(y, x), nodes(y, x)];
      if (!Object.is(a, b)) assert.fail(`${name}(${y}, ${x}) is ${a}, but ${b} in Node`);
    };
    const edges = SPECIAL.flatMap(x => [x, -x, x * (1 + 2 ** -52), x * (1 - 2 ** -53)]);
    for (const y of edges) for (const x of edges) same(y, x);
    for (let i = 0; i < 100_000; i++) {
      same(rng.uniform(-3, 3), rng.uniform(-3, 3));
      same(rng.normal() * 10 ** rng.uniform(-12, 12), rng.normal() * 10 ** rng.uniform(-12, 12));
    }
  });
}

test('hypot of none, one and many numbers', () => {
  const rng = new Rng(9);
  for (let i = 0; i < 10_000; i++) {
    const x = Array.from({ length: i % 8 }, () => rng.normal() * 10 ** rng.uniform(-3, 3));
    assert.equal(hypot(...x), Math.hypot(...x), String(x));
  }
});
