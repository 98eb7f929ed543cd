/** Node's promised timers. Immediate is what a message is: no browser puts one off, as it does with timers in a row. */

const { setTimeout: later } = globalThis;

const pause = (milliseconds, value) => new Promise(resolve => later(resolve, milliseconds, value));

export { pause as setTimeout };

export const setImmediate = value =>
  new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(value);
    };
    port2.postMessage(undefined);
  });

/** The one with a callback. */
export function immediate(work, ...args) {
  setImmediate().then(() => work(...args));
}
