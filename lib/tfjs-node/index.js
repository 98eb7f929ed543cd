/**
 * The one TensorFlow.js of a process, under the name that code imports: `@tensorflow/tfjs-node`.
 *
 * Where the native package is installed and its library loads, it is this module. Elsewhere (its installer downloads
 * libtensorflow from a host that many networks do not reach) the same import is TensorFlow.js with its WebAssembly
 * backend. Set PGLAB_TF=wasm or PGLAB_TF=native to insist on one of the two.
 */

const wanted = process.env.PGLAB_TF || 'auto';
if (!['auto', 'native', 'wasm'].includes(wanted))
  throw new Error(`PGLAB_TF is ${JSON.stringify(wanted)}, but must be auto, native or wasm.`);

module.exports = (wanted !== 'wasm' && loadNative()) || require('./wasm.js');

/** The native module, or undefined where it is not installed or does not load. */
function loadNative() {
  // tfjs-node 4.22.0 still calls util.isNullOrUndefined, which Node 23 took away.
  const util = require('node:util');
  util.isNullOrUndefined ??= value => value === null || value === undefined;
  // Only errors in its log, and sums in one order: oneDNN's vary with the machine.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '0';
  try {
    return require('tfjs-node-native');
  } catch (error) {
    if (wanted === 'native')
      throw new Error(`PGLAB_TF is "native", but the native TensorFlow does not load: ${error.message}`);
    return undefined;
  }
}
