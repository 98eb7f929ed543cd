/**
 * The memory of one network, or of some, and the kernels that work in it. Arrays are laid one after the other and stay where
 * they are until the networks are forgotten.
 *
 * The memory is a shared one (over a SharedArrayBuffer) though one thread uses it: growing another kind detaches every
 * array that looks into it, while in this kind arrays handed out before, such as a network's parameters, stay valid.
 */

import { fail } from '../../math/check';
import { platform } from '../../platform';
import type { Kernels, Memory } from './contract';
import { kernelsWithMemory } from './kernels';

const PAGE = 65536;
const MOST_PAGES = 65536; // 4 GiB, what 32-bit pointers reach

/** A memory, the kernels in it, and the first byte that is not taken. */
interface Space {
  readonly memory: Memory;
  readonly kernels: Kernels;
  top: number;
  networks: number;
}

function newSpace(): Space {
  const { memory, kernels } = kernelsWithMemory(MOST_PAGES);
  // Behind the kernels' constants, at the beginning of a line of 64.
  return { memory, kernels, top: Math.ceil(kernels.firstFreeByte.value / 64) * 64, networks: 0 };
}

/** The one that the next network joins, where networks share them. */
let open: Space | undefined;
/** A memory that has grown so large takes no further network: it lives as long as any of its networks. */
const LARGE = 2 ** 26;

function spaceForNetwork(): Space {
  if (platform.networksPerMemory === 1) return newSpace();
  if (!open || open.networks >= platform.networksPerMemory || open.memory.buffer.byteLength > LARGE)
    open = newSpace();
  open.networks++;
  return open;
}

export class Arena {
  private readonly space = spaceForNetwork();
  readonly kernels = this.space.kernels;

  /** Bytes that the memory takes. */
  get bytes(): number {
    return this.space.memory.buffer.byteLength;
  }

  /** A new array of zeros at a multiple of 64 bytes, with the room behind it that kernels ask for. */
  allocate(length: number): Float32Array {
    const { space } = this;
    const start = space.top;
    const end = Math.ceil((start + 4 * length + 32) / 64) * 64;
    const missing = Math.ceil((end - this.bytes) / PAGE);
    if (missing > 0) {
      if (this.bytes / PAGE + missing > MOST_PAGES)
        fail(`The network needs an array of ${length} numbers, but a network has room for 2^30 in all.`);
      space.memory.grow(missing);
    }
    space.top = end;
    return new Float32Array(space.memory.buffer, start, length);
  }
}
