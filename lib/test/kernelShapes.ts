/** Random shapes through all kernels: `node lib/dist-test/kernelShapes.js COUNT` prints the checksum of what came out. */

import { createHash } from 'node:crypto';
import { Rng } from 'pglab';
import type { KernelsWithMemory } from '../dist/networks/simd/contract';
import { kernelsWithMemory } from '../dist/networks/simd/kernels';

const PAGE = 65536;

/** SHA-256 of the results of `count` random products, each followed by one of the other kernels, in 16 hexadecimal digits. */
function checksumOfShapes({ memory, kernels }: KernelsWithMemory, count: number): string {
  memory.grow(4);
  const rng = new Rng(7);
  const hash = createHash('sha256');
  const [a, b, initial, c] = [1, 2, 3, 4].map(page => page * PAGE);
  const numbers = new Float32Array(memory.buffer, a, PAGE);
  const fill = () => {
    for (let i = 0; i < numbers.length; i++) numbers[i] = rng.uniform(-2, 2);
  };
  const look = (at: number, length: number) =>
    hash.update(new Uint8Array(new Float32Array(memory.buffer, at, length).slice().buffer));
  for (let i = 0; i < count; i++) {
    if (i % 200 === 0) fill();
    const [m, n, k] = [rng.integer(1, 41), rng.integer(1, 81), rng.integer(0, 61)];
    const transposed = rng.integer(0, 2);
    const repeated = rng.integer(0, 2);
    const offset = 4 * rng.integer(0, 1000);
    kernels.product(
      m,
      n,
      k,
      a + offset,
      transposed ? 4 : 4 * k,
      transposed ? 4 * m : 4,
      b + offset,
      4 * n,
      initial + offset,
      repeated ? 0 : 4 * n,
      c,
      4 * n,
    );
    look(c, m * n);
    if (i % 4 === 0) kernels.activate(rng.integer(0, 2), m * n, c);
    if (i % 4 === 1) kernels.differentiate(rng.integer(0, 2), m * n, initial, c);
    if (i % 200 === 198) {
      // Adam, on squares that are not negative; it moves two arrays that products read.
      kernels.activate(1, m * n, initial);
      kernels.adam(m * n, a, b, c, initial, 1e-3, 0.9, 0.999, 0.1, 1e-3, 1.5, 2, 1e-8);
      look(a, m * n);
    }
    if (i % 4 === 3) kernels.scale(m * n, c, rng.uniform(0, 1));
    look(c, m * n);
  }
  return hash.digest('hex').slice(0, 16);
}

console.log(checksumOfShapes(kernelsWithMemory(16), Number(process.argv[2])));
