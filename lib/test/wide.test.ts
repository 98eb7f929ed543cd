/** The kernels on registers of 256 bits compute the bytes of those on 128, or they are not used. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import type { CompiledKernels } from '../dist/networks/simd/contract';
import { kernelsWithMemory, registerBits } from '../dist/networks/simd/kernels';
import { kernelsBinary } from '../dist/networks/simd/kernelsBinary';
import { compileWide } from '../dist/networks/simd/wide';
import { platform } from '../dist/platform';

const hasWide = process.arch === 'x64' && Number.parseInt(process.versions.v8, 10) >= 13;
const bytes = platform.fromBase64(kernelsBinary);
const usual: CompiledKernels = maximum => kernelsWithMemory(maximum);

/** What `run` says on the console, and what it returns. */
function listen<T>(run: () => T): { said: string[]; result: T } {
  const said: string[] = [];
  const { warn } = console;
  console.warn = (line: string) => said.push(line);
  try {
    return { result: run(), said };
  } finally {
    console.warn = warn;
  }
}

test('20,000 random shapes give the same bytes with wide registers and without, here and on any machine', () => {
  const file = join(__dirname, 'kernelShapes.js');
  for (const simd of ['256', '128']) {
    const env = { ...process.env, PGLAB_SIMD: simd };
    assert.equal(
      execFileSync(process.execPath, [file, '20000'], { env, encoding: 'utf8' }).trim(),
      '8b5be3a1197004f6',
      `PGLAB_SIMD=${simd}`,
    );
  }
});

test('kernels that compute something else are not used, and one line says so', { skip: !hasWide }, () => {
  const wrong: (bytes: Uint8Array) => CompiledKernels = () => maximum => {
    const { memory, kernels } = kernelsWithMemory(maximum);
    const scale: typeof kernels.scale = (count, x, factor) =>
      kernels.scale(count, x, factor * (1 + 2 ** -22));
    return { memory, kernels: { ...kernels, scale } };
  };
  const { said, result } = listen(() => compileWide(bytes, usual, wrong));
  assert.equal(result, undefined);
  assert.equal(said.length, 1);
  assert.match(said[0], /256 bits failed \(other numbers came out\); those for 128 bits serve instead/);
});

test('kernels that do not compile are not used, and one line says so', { skip: !hasWide }, () => {
  const { said, result } = listen(() =>
    compileWide(bytes, usual, () => {
      throw new Error('no such section');
    }),
  );
  assert.equal(result, undefined);
  assert.match(said.join('|'), /^[^|]*failed \(no such section\)[^|]*$/);
});

test('wide registers are used where V8 has them', () => {
  assert.equal(registerBits(), hasWide && process.env.PGLAB_SIMD !== '128' ? 256 : 128);
});

test('PGLAB_SIMD=128 does not try', () => {
  const before = process.env.PGLAB_SIMD;
  process.env.PGLAB_SIMD = '128';
  try {
    const { said, result } = listen(() =>
      compileWide(bytes, usual, () => {
        throw new Error('tried');
      }),
    );
    assert.deepEqual([result, said], [undefined, []]);
  } finally {
    if (before === undefined) delete process.env.PGLAB_SIMD;
    else process.env.PGLAB_SIMD = before;
  }
});

test('without the option of V8 the usual kernels serve in silence', { skip: hasWide }, () => {
  const { said, result } = listen(() => compileWide(bytes, usual, () => usual));
  assert.deepEqual([result, said], [undefined, []]);
});
