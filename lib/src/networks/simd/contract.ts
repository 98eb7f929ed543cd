/** The WebAssembly kernels of lib/assembly as TypeScript sees them. Pointers and strides are bytes into the memory that comes with them. */

type Pointer = number;

export interface Kernels {
  /** Where the constants of the kernels end. */
  readonly firstFreeByte: { readonly value: Pointer };
  /** C = initial + A B; see lib/assembly/product.ts. */
  product(
    m: number,
    n: number,
    k: number,
    a: Pointer,
    aRow: number,
    aStep: number,
    b: Pointer,
    bRow: number,
    initial: Pointer,
    initialRow: number,
    c: Pointer,
    cRow: number,
  ): void;
  /** to [columns, rows] = from [rows, columns], transposed. */
  transpose(rows: number, columns: number, from: Pointer, to: Pointer): void;
  /** x <- phi(x): max(0, x) if `relu` is 1, tanh if it is 0. */
  activate(relu: number, count: number, x: Pointer): void;
  /** d <- d phi'(z), where y = phi(z). */
  differentiate(relu: number, count: number, y: Pointer, d: Pointer): void;
  /** One step of Adam; the gradient is 0 afterwards. */
  adam(
    count: number,
    theta: Pointer,
    gradient: Pointer,
    mean: Pointer,
    square: Pointer,
    learningRate: number,
    beta1: number,
    beta2: number,
    oneMinusBeta1: number,
    oneMinusBeta2: number,
    meanScale: number,
    squareScale: number,
    epsilon: number,
  ): void;
  /** 1 if none of `count` numbers is NaN or infinite, else 0. */
  allFinite(count: number, x: Pointer): number;
  /** Sum of the squares of `count` numbers, in float64. */
  sumOfSquares(count: number, x: Pointer): number;
  /** x <- factor x. */
  scale(count: number, x: Pointer, factor: number): void;
  /** Whether they are to use registers of eight numbers, 1 or 0; see ./wide.ts. */
  useWide(yes: number): void;
}

/** A WebAssembly memory of pages of 64 KiB. */
export interface Memory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): void;
}

/** Kernels and the memory that they work in. */
export interface KernelsWithMemory {
  memory: Memory;
  kernels: Kernels;
}

/** The kernels, compiled: makes instances of them with a memory of one page that may grow to `maximum` pages. */
export type CompiledKernels = (maximum: number) => KernelsWithMemory;
