/** TensorFlow.js for the modules that compute with it. It is loaded when one of them first asks, not when pglab is. */

import type * as tf from '@tensorflow/tfjs-node';

/** TensorFlow.js, loaded. */
export const tensorflow = (): typeof tf => require('@tensorflow/tfjs-node');
