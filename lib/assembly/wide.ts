/**
 * Registers of eight numbers. V8 can join pairs of operations on four numbers into one on eight; lib/src/networks/simd/wide.ts
 * says when. Only the speed depends on it, never a number.
 */

let wide = false;

/** Whether kernels are made for registers of eight numbers. */
export function useWide(yes: bool): void {
  wide = yes;
}

/** Whether tiles should fill registers of eight numbers. */
export function isWide(): bool {
  return wide;
}

const area = memory.data(512);

/**
 * Called at the end of each kernel whose operations are joined. V8 leaves the upper halves of the wide registers in use; as
 * long as they are, the processor takes several times as long for code that knows narrow ones only, such as the C functions
 * behind Math.exp and Math.log. Copying 256 bytes, some ten nanoseconds, runs code of the C library that frees them.
 */
export function settle(): void {
  if (wide) memory.copy(area, area + 256, 256);
}
