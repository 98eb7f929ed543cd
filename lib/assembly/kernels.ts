/**
 * The fast engine's inner loops, in AssemblyScript: TypeScript's syntax, compiled to WebAssembly with 128-bit SIMD,
 * four float32 at a time. lib/src/networks/simd says what they are used for, lib/src/networks/simd/kernels.ts how they
 * are called.
 *
 * All pointers and strides count bytes; all matrices are float32, row by row. No kernel allocates. Only operations
 * whose result the WebAssembly standard fixes to the bit are used (none of relaxed SIMD), and sums run in an order that
 * depends on no machine: the same numbers in, the same bytes out.
 *
 * Arrays begin at multiples of 64 bytes and have 32 bytes of room behind them, filled up to the next such multiple: loads
 * and stores may reach that far past the end.
 */

export { activate, differentiate } from './activation';
export { adam, allFinite, scale, sumOfSquares } from './adam';
export { product, transpose } from './product';
export { useWide } from './wide';

/** The first byte behind the constants of this module: callers keep their arrays from here on. */
export const firstFreeByte: usize = __heap_base;
