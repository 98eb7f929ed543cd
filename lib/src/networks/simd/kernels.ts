/**
 * The kernels of lib/assembly (./contract.ts), compiled when the first network asks for them, once for all. The binary is 6 KB and
 * comes as text within the program: no place where pglab runs has to find a file or wait for one.
 */

import { platform } from '../../platform';
import type { CompiledKernels, Kernels, KernelsWithMemory, Memory } from './contract';
import { kernelsBinary } from './kernelsBinary';
import { compileWide } from './wide';

/** What this engine needs of WebAssembly, which the types of Node leave out. */
declare const WebAssembly: {
  Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => Memory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: object };
};

let compiled: CompiledKernels | undefined;
let wide: CompiledKernels | undefined;

/** A memory of one page that may grow to `maximum` pages, and the kernels that work in it. */
export function kernelsWithMemory(maximum: number): KernelsWithMemory {
  prepareKernels();
  return compiled!(maximum);
}

/** Compiles the kernels unless they are; threads that are started afterwards find them ready. */
export function prepareKernels(): void {
  if (compiled) return;
  const bytes = platform.fromBase64(kernelsBinary);
  const usual = compileKernels(bytes);
  wide = compileWide(bytes, usual, compileKernels);
  compiled = wide ?? usual;
}

/** Bits of the registers that the kernels work on in this process, 128 or 256; only their speed depends on it. */
export function registerBits(): number {
  prepareKernels();
  return wide ? 256 : 128;
}

function compileKernels(bytes: Uint8Array): CompiledKernels {
  const module = new WebAssembly.Module(bytes);
  return maximum => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum, shared: true });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return { memory, kernels: exports as Kernels };
  };
}
