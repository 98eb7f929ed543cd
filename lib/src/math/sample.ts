/** Samples: finite numbers, and the options of the intervals that are computed of them. */

import { checkFinite, checkVector, fail, type OptionNames } from './check';
import type { Rng } from './rng';

/** Options of the bootstrap. */
export interface BootstrapOptions {
  /** The stream that draws the samples anew. */
  rng: Rng;
  /** How many times to draw the sample again; 2000 by default. */
  resamples?: number;
  /** Coverage of the interval, 0.95 by default. */
  confidence?: number;
}

export const BOOTSTRAP_OPTIONS: OptionNames<BootstrapOptions> = {
  rng: 'required',
  resamples: 'optional',
  confidence: 'optional',
};

/** A finite sample of at least `least` numbers, as an array of its own. */
export function checkSample(name: string, sample: ArrayLike<number>, least = 1): number[] {
  checkVector(name, sample);
  if (sample.length < least)
    fail(
      `${name} has length ${sample.length}, but must hold at least ${least} number${least > 1 ? 's' : ''}.`,
    );
  return Array.from(sample);
}

export const checkConfidence = (confidence: number) => checkFinite('confidence', confidence, 0.001, 0.999999);
