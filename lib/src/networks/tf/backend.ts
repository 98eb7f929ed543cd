/** Which TensorFlow.js runs. The package is loaded when it is first asked for, not when pglab is. */

/** What `tfBackend` needs from TensorFlow.js. */
interface TensorFlow {
  getBackend(): string;
  backend(): unknown;
}

/**
 * The backend that TensorFlow.js computes with: 'tensorflow' (the native library), 'wasm' (WebAssembly, where the
 * native library is not installed) or 'cpu' (plain JavaScript, if somebody chose it).
 */
export function tfBackend(): string {
  const tf: TensorFlow = require('@tensorflow/tfjs-node');
  tf.backend();
  return tf.getBackend();
}
