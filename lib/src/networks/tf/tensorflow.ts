/** TensorFlow.js for the modules that compute with it. It is loaded when one of them first asks, not when pglab is. */

import type * as tf from '@tensorflow/tfjs-node';
import { platform } from '../../platform';

/** TensorFlow.js, loaded. Throws an Error that says what to install, if it is missing. */
export const tensorflow = (): typeof tf =>
  platform.optional(
    '@tensorflow/tfjs-node',
    'Whatever computes with TensorFlow.js (tfMlp, tfNetwork, tfObjective, tfBackend)',
  ) as typeof tf;
