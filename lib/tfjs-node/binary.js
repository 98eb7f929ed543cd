/** The bytes of the WebAssembly module; the notebooks' kernel in a browser has another way to them (scripts/site/live/packages.mjs). */

const { readFileSync } = require('node:fs');

module.exports = () =>
  readFileSync(require.resolve('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm'));
