/**
 * Stopping a long computation from outside.
 *
 * JavaScript runs one thing at a time: while a training loop computes, nobody hears that the user pressed interrupt.
 * So every long loop of the library, and any of a reader's own, says once an iteration
 *
 *   await checkpoint();
 *
 * which costs next to nothing until 50 ms have passed, then gives the event loop one turn (signals, messages, a live
 * plot), and throws `InterruptedError` if the computation has been interrupted meanwhile.
 *
 * Who interrupts: the notebook kernel (jupyter/kernels/tslab). It runs each cell in an AsyncLocalStorage whose store is
 * the cell's AbortSignal, and leaves that storage at globalThis[Symbol.for('pglab.interrupt')]. Because the storage
 * follows a computation through its awaits, a computation that was interrupted stops at its next checkpoint even when
 * another cell has begun. In a script there is no such storage: checkpoint only yields, and Ctrl-C ends the script.
 */

import { platform } from './platform';

const STORAGE = Symbol.for('pglab.interrupt');
const YIELD_EVERY_MS = 50;

/** What `checkpoint` throws in a computation that has been interrupted. @experimental */
export class InterruptedError extends Error {
  /** The kind of error, for code that can't use `instanceof`. */
  override readonly name = 'InterruptedError';
  constructor() {
    super('The computation was interrupted.');
  }
}

/** The signal that is aborted when the current computation is interrupted; undefined where nothing can interrupt it. @experimental */
export function interruptSignal(): AbortSignal | undefined {
  const storage = (globalThis as { [STORAGE]?: { getStore(): AbortSignal | undefined } })[STORAGE];
  return storage?.getStore();
}

let lastYield = 0;

/**
 * To be awaited once an iteration by whatever may take long. Decides nothing but when to yield: results do not depend
 * on it.
 * @throws InterruptedError if the computation has been interrupted
 * @experimental
 */
export async function checkpoint(): Promise<void> {
  throwIfInterrupted();
  if (performance.now() - lastYield < YIELD_EVERY_MS) return;
  await platform.turn();
  lastYield = performance.now();
  throwIfInterrupted();
}

function throwIfInterrupted(): void {
  if (interruptSignal()?.aborted) throw new InterruptedError();
}
