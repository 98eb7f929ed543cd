/**
 * TensorFlow.js with its WebAssembly backend, ready at once.
 *
 * The stock backend compiles its module asynchronously, and a tensor that is made before `await tf.ready()` throws.
 * Node and a browser's worker can compile and instantiate a WebAssembly module synchronously, so this file registers a
 * backend factory that does: the backend starts with the import, and nobody has to wait for it. One thread, with SIMD: the
 * same bytes on every machine.
 */

const binary = require('./binary.js');
const tf = require('@tensorflow/tfjs');
const { BackendWasm } = require('@tensorflow/tfjs-backend-wasm');

/** The functions of the module's memory manager that `BackendWasm` calls, with their C signatures. */
const MEMORY_MANAGER = {
  init: ['init', null, []],
  initWithThreadsCount: ['init_with_threads_count', null, ['number']],
  getThreadsCount: ['get_threads_count', 'number', []],
  registerTensor: ['register_tensor', null, ['number', 'number', 'number']],
  disposeData: ['dispose_data', null, ['number']],
  dispose: ['dispose', null, []],
};

tf.removeBackend('wasm');
tf.registerBackend('wasm', () => new BackendWasm(instantiate()), 2);
// At once, as tfjs-node does: from now on `tf.getBackend()` names it.
tf.setBackend('wasm');

module.exports = tf;

/** Compiles, instantiates and wires the backend's WebAssembly module, synchronously. */
function instantiate() {
  const wasm = {
    instantiateWasm(imports, receive) {
      const module = new WebAssembly.Module(binary());
      const instance = new WebAssembly.Instance(module, imports);
      receive(instance, module);
      return instance.exports;
    },
  };
  withoutNewProcessListeners(() =>
    require('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js')(wasm),
  );
  wasm.tfjs = Object.fromEntries(
    Object.entries(MEMORY_MANAGER).map(([name, signature]) => [name, wasm.cwrap(...signature)]),
  );
  return wasm;
}

/** Runs `load` and takes away the process-wide error handlers that it installs: they would end a Jupyter kernel. */
function withoutNewProcessListeners(load) {
  const events = ['uncaughtException', 'unhandledRejection'];
  const before = events.map(event => process.listeners(event));
  load();
  events.forEach((event, i) => {
    for (const listener of process.listeners(event))
      if (!before[i].includes(listener)) process.removeListener(event, listener);
  });
}
