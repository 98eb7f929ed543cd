/**
 * The memory of one network and the kernels that work in it. Arrays are laid one after the other and stay where they are
 * until the network is forgotten.
 *
 * The memory is a shared one (over a SharedArrayBuffer) though one thread uses it: growing another kind detaches every
 * array that looks into it, while in this kind arrays handed out before, such as a network's parameters, stay valid.
 */

import { fail } from '../../math/check';
import type { Kernels, Memory } from './contract';
import { kernelsWithMemory } from './kernels';

const PAGE = 65536;
const MOST_PAGES = 65536; // 4 GiB, what 32-bit pointers reach

export class Arena {
  readonly kernels: Kernels;
  private readonly memory: Memory;
  /** The first byte that is not taken: behind the kernels' constants, at the beginning of a line of 64. */
  private top: number;

  constructor() {
    const { memory, kernels } = kernelsWithMemory(MOST_PAGES);
    this.memory = memory;
    this.kernels = kernels;
    this.top = Math.ceil(kernels.firstFreeByte.value / 64) * 64;
  }

  /** Bytes that the arena takes. */
  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** A new array of zeros at a multiple of 64 bytes, with the room behind it that kernels ask for. */
  allocate(length: number): Float32Array {
    const start = this.top;
    const end = Math.ceil((start + 4 * length + 32) / 64) * 64;
    const missing = Math.ceil((end - this.bytes) / PAGE);
    if (missing > 0) {
      if (this.bytes / PAGE + missing > MOST_PAGES)
        fail(`The network needs an array of ${length} numbers, but a network has room for 2^30 in all.`);
      this.memory.grow(missing);
    }
    this.top = end;
    return new Float32Array(this.memory.buffer, start, length);
  }
}
