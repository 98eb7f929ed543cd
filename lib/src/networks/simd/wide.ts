/**
 * The kernels on registers of 256 bits. WebAssembly knows 128, four float32; V8 can join two operations on neighbouring
 * fours into one AVX2 operation on eight ("revectorization", of use from V8 13 on, Node 24), if it is told to. Each number is
 * computed by the same operations in the same order, so the bytes are the same; a product takes little over half the time.
 *
 * The option is experimental. So it is on while this one module is compiled, nowhere else, and what came of it is used only
 * after it has computed the same bytes as the module that was compiled as usual: products of many shapes, activations and
 * their derivatives, steps of Adam. Where the engine lacks the option nothing happens; where the bytes differ, one line says
 * so and the usual kernels serve.
 *
 * The environment variable PGLAB_SIMD=128 switches all this off.
 */

import { platform } from '../../platform';
import type { CompiledKernels, KernelsWithMemory } from './contract';

/** A section of a module that engines pass over. With it V8 takes the same kernels for others, and compiles them anew. */
const SECTION = [0, 5, 4, ...Array.from('wide', letter => letter.charCodeAt(0))];

/**
 * The kernels compiled for wide registers; undefined where there are none, where they are not wanted, or where they fail.
 * @param usual the same kernels compiled as usual
 * @param compile how they are compiled
 */
export function compileWide(
  bytes: Uint8Array,
  usual: CompiledKernels,
  compile: (bytes: Uint8Array) => CompiledKernels,
): CompiledKernels | undefined {
  try {
    return platform.withWideRegisters(checked => {
      const instances = compile(Uint8Array.from([...bytes, ...SECTION]));
      const wide: CompiledKernels = maximum => {
        const made = instances(maximum);
        made.kernels.useWide(1);
        return made;
      };
      if (!checked && !computeTheSame(wide(PAGES), usual(PAGES))) throw new Error('other numbers came out');
      return wide;
    });
  } catch (error) {
    console.warn(
      `pglab: the kernels for registers of 256 bits failed (${(error as Error).message}); those for 128 bits serve instead. PGLAB_SIMD=128 does not try.`,
    );
    return undefined;
  }
}

/** What `exercise` needs. */
const PAGES = 2;
const PAGE = 65536;

/** Whether both leave the same bytes in their memories. */
function computeTheSame(a: KernelsWithMemory, b: KernelsWithMemory): boolean {
  const [x, y] = [a, b].map(made => {
    exercise(made);
    return new Int32Array(made.memory.buffer, PAGE);
  });
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}

/** Runs each kernel in all its forms on numbers that are the same each time. */
function exercise({ memory, kernels }: KernelsWithMemory): void {
  memory.grow(1);
  // Places for four arrays of 4,096 numbers each: zeros, and numbers from 1e-6 to 3.
  const [a, b, c, d] = [0, 1, 2, 3].map(quarter => PAGE + (quarter * PAGE) / 4);
  const numbers = new Float32Array(memory.buffer, PAGE);
  let state = 1;
  for (let i = 0; i < numbers.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0; // Numerical Recipes' generator
    numbers[i] = (state & 0x700) === 0 ? 0 : ((state >> 16) / 32768) * (state & 0x800 ? 3 : 1e-3);
  }
  for (const k of [0, 1, 5, 40])
    for (const m of [1, 3, 18])
      for (const n of [1, 2, 3, 16, 55]) {
        const row = 4 * n;
        kernels.product(m, n, k, a, 4 * k, 4, b, row, c, 0, d, row); // C = bias + A B
        kernels.product(m, n, k, a, 4, 4 * m, b, row, d, row, d, row); // C += A^T B
      }
  kernels.product(1, 64, 48, a, 0, 0, b, 256, c, 0, c, 0); // sums of columns
  kernels.transpose(37, 64, a, c);
  for (const relu of [0, 1]) {
    kernels.activate(relu, 500, a);
    kernels.differentiate(relu, 500, a, d);
  }
  kernels.activate(1, 512, d); // mean squares are not negative
  for (const count of [1, 503]) {
    kernels.adam(count, a, b, c, d, 0.01, 0.9, 0.999, 0.1, 0.001, 1.5, 2.5, 1e-5);
    kernels.scale(count, c, 0.7);
    numbers[count] = kernels.sumOfSquares(count, d) + kernels.allFinite(count, a);
  }
}
