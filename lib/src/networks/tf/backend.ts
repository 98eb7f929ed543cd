/** TensorFlow.js for the modules that compute with it. It is loaded when one of them first asks, not when pglab is. */

import type * as tf from '@tensorflow/tfjs-node';

/** TensorFlow.js, loaded. */
export const tensorflow = (): typeof tf => require('@tensorflow/tfjs-node');

/**
 * The backend that TensorFlow.js computes with: 'tensorflow' (the native library), 'wasm' (WebAssembly, where the
 * native library is not installed) or 'cpu' (plain JavaScript, if somebody chose it).
 */
export function tfBackend(): string {
  const { backend, getBackend } = tensorflow();
  backend();
  return getBackend();
}
