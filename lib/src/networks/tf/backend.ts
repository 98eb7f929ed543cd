/** Which TensorFlow.js runs. */

import { tensorflow } from './tensorflow';

/**
 * The backend that TensorFlow.js computes with: 'tensorflow' (the native library), 'wasm' (WebAssembly, where the
 * native library is not installed) or 'cpu' (plain JavaScript, if somebody chose it).
 */
export function tfBackend(): string {
  const { backend, getBackend } = tensorflow();
  backend();
  return getBackend();
}
