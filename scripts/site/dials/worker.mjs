/**
 * One dial's worker. The page sends { id, places } whenever a slider moves. Only the newest is computed: what runs is interrupted
 * as the kernel interrupts a cell (lib/src/interrupt.ts), and ends within 50 ms or so. The worker answers with what is to be
 * shown and the id that it belongs to; the last answer to an id is `whole`.
 */

import { asShown, DIALS } from './dials.mjs';
import { settingsOf } from './sliders.mjs';

const compute = DIALS[self.name];
let newest;
let working = false;
let running = new AbortController();
let before;

globalThis[Symbol.for('pglab.interrupt')] = { getStore: () => running.signal };

self.onmessage = ({ data }) => {
  newest = data;
  running.abort();
  if (!working) work();
};

async function work() {
  working = true;
  for (;;) {
    await new Promise(resolve => setTimeout(resolve)); // what a drag has sent meanwhile comes first
    if (!newest) break;
    const { id, places } = newest;
    newest = undefined;
    running = new AbortController();
    const { signal } = running;
    const tell = (shown, whole = false) => {
      if (!signal.aborted) self.postMessage({ id, whole, ...asShown(shown) });
    };
    try {
      const { kept, ...shown } = await compute(settingsOf(self.name, places), { tell, before });
      before = kept;
      tell(shown, true);
    } catch (error) {
      if (!signal.aborted) self.postMessage({ id, whole: true, error: error.message });
    }
  }
  working = false;
}
