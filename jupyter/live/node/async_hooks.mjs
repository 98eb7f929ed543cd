/**
 * AsyncLocalStorage as far as a browser can have it: there is one store, that of the latest `run`. The kernel keeps the
 * cell's AbortSignal in it. What an interrupted cell left behind hears of it only as long as no other cell has begun, so a cell
 * that comes after an interrupt waits until every computation has had its checkpoint (lib/src/interrupt.ts).
 */

const CHECKPOINT_MS = 120;

export class AsyncLocalStorage {
  async run(store, work) {
    if (this.store?.aborted && this.store !== store)
      await new Promise(resolve => setTimeout(resolve, CHECKPOINT_MS));
    this.store = store;
    return work();
  }

  getStore() {
    return this.store;
  }
}
