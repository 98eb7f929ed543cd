/**
 * The backtracking line search of TRPO (Schulman et al. 2015, appendix C): the step that a model of the objective and of
 * the divergence proposes is tried on the objective and the divergence themselves,
 *
 *   theta = theta_k + alpha^j s,   j = 0, 1, 2, ...       until   L(theta) > L(theta_k)   and   D_KL(theta_k || theta) <= delta
 *
 * Both must hold: a step far outside of the region may pass the first test, too. If no j will do, theta is theta_k again,
 * to the last bit.
 */

import { checkFinite, checkInteger, knownOptions, type OptionNames } from '../math/check';
import type { FloatArray } from '../math/floatArray';

/** What was found at one point of the line. */
export interface LineSearchTrial {
  /** alpha^j, from 1 down. */
  fraction: number;
  /** L(theta) - L(theta_k); NaN where theta breaks the network. */
  improvement: number;
  /** D_KL(theta_k || theta) in nats; NaN where theta breaks the network. */
  kl: number;
}

/** Options of `lineSearch`. */
export interface LineSearchOptions {
  /** theta, live: at theta_k when the search begins. */
  parameters: FloatArray;
  /** s [d] */
  step: ArrayLike<number>;
  /** L(theta) - L(theta_k) and D_KL(theta_k || theta) at the parameters as they are now. */
  evaluate: () => { improvement: number; kl: number };
  /** delta, in nats. */
  klLimit: number;
  /** alpha, how much shorter each try is (0.5 to 0.8). */
  backtrackFactor?: number;
  /** Tries at most. */
  tries?: number;
}

const LINE_SEARCH_OPTIONS: OptionNames<LineSearchOptions> = {
  parameters: 'required',
  step: 'required',
  evaluate: 'required',
  klLimit: 'required',
  backtrackFactor: 'optional',
  tries: 'optional',
};

/** What `lineSearch` returns. */
export interface LineSearchResult {
  /** alpha^j of the step that was taken; 0 if theta stayed. */
  fraction: number;
  /** All tries, the last of which was taken unless `fraction` is 0. */
  trials: LineSearchTrial[];
}

/** Moves theta along s as far as both conditions allow, or leaves it as it was. */
export function lineSearch(options: LineSearchOptions): LineSearchResult {
  const {
    parameters,
    step,
    evaluate,
    klLimit,
    backtrackFactor = 0.5,
    tries = 10,
  } = knownOptions('lineSearch', options, LINE_SEARCH_OPTIONS);
  checkFinite('klLimit', klLimit, 0);
  checkFinite('backtrackFactor', backtrackFactor, 0, 1);
  checkInteger('tries', tries, 1);
  const start = parameters.slice();
  const trials: LineSearchTrial[] = [];
  for (let j = 0, fraction = 1; j < tries; j++, fraction *= backtrackFactor) {
    for (let k = 0; k < start.length; k++) parameters[k] = start[k] + fraction * step[k];
    const { improvement, kl } = evaluate();
    trials.push({ fraction, improvement, kl });
    if (improvement > 0 && kl <= klLimit) return { fraction, trials };
  }
  parameters.set(start);
  return { fraction: 0, trials };
}
