/** The Math of the live notebooks is Node's, to the bit, on edges and on numbers of all sizes. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root, workDir } from '../../scripts/setup/paths.mjs';

const own = { ...Object.fromEntries(Object.getOwnPropertyNames(Math).map(name => [name, Math[name]])) };
const ours = {};
let folder;

before(async () => {
  mkdirSync(workDir, { recursive: true });
  folder = mkdtempSync(join(workDir, 'math-'));
  const outfile = join(folder, 'math.mjs');
  await build({
    entryPoints: [join(root, 'jupyter', 'live', 'math.mjs')],
    outfile,
    bundle: true,
    format: 'esm',
  });
  const { portMath } = await import(pathToFileURL(outfile));
  portMath(ours);
});
after(() => rmSync(folder, { recursive: true, force: true }));

const EDGES = [
  0, 1, 0.5, 2, 3, 8, 10, 1000, 1e15, 22, 1e7, 0.975, 0.6744, 709.78, 710.4, 711, 5e-324, 1e-310, 2.3e-308,
].concat([
  2 ** -27,
  2 ** -28,
  2 ** -57,
  2 ** 28,
  2 ** 66,
  Math.SQRT2,
  Math.SQRT1_2,
  Math.PI,
  Number.MAX_VALUE,
  Infinity,
  Number.NaN,
]);
const EDGY = EDGES.flatMap(x => [x, -x, x * (1 + 2 ** -52), x * (1 - 2 ** -53)]);

/** A sequence that is the same everywhere, in [0, 1). */
function* sequence(length) {
  for (let i = 0, s = 7; i < length; i++) {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    yield s / 2 ** 32;
  }
}

const NAMES =
  'exp expm1 log log1p sin cos log2 log10 sinh cosh tanh asinh acosh atanh asin acos atan cbrt tan'.split(
    ' ',
  );

for (const name of NAMES)
  test(`${name} has the bits of Node's`, () => {
    const same = x => {
      if (!Object.is(ours[name](x), own[name](x)))
        assert.fail(`${name}(${x}) is ${ours[name](x)}, but ${own[name](x)} in Node`);
    };
    EDGY.forEach(same);
    for (const u of sequence(50_000))
      for (const x of [2 * u - 1, 40 * (u - 0.5), 1 + u * 3, u * 1e-5, (u - 0.5) * 1e4, u * 1e-300]) same(x);
  });

test("atan2 has the bits of Node's", () => {
  const pairs = EDGY.flatMap(y => EDGY.map(x => [y, x]));
  const numbers = [...sequence(100_000)];
  for (let i = 1; i < numbers.length; i++) pairs.push([numbers[i - 1] - 0.5, (numbers[i] - 0.5) * 10]);
  for (const [y, x] of pairs)
    if (!Object.is(ours.atan2(y, x), own.atan2(y, x)))
      assert.fail(`atan2(${y}, ${x}) is ${ours.atan2(y, x)}, but ${own.atan2(y, x)} in Node`);
});

test('squares and square roots need no work: `**` and pow agree with multiplication and sqrt', () => {
  for (const u of sequence(10_000)) {
    assert.equal((u * 9) ** 2, u * 9 * (u * 9));
    assert.equal((u * 9) ** 0.5, Math.sqrt(u * 9));
  }
});
