/**
 * The objective of critics: minus half the mean squared error, to be maximised like all objectives,
 *
 *   L = -1/2 mean_b (V_b - G_b)^2                                          dL/dV_b = (G_b - V_b) / B
 *
 * and the variant with a clip that PPO implementations have (it is in none of the papers; Engstrom et al. 2020,
 * "Implementation Matters in Deep Policy Gradients", found no gain from it),
 *
 *   L = -1/2 mean_b max( (V_b - G_b)^2, (V_b^clip - G_b)^2 ),   V_b^clip = V_b^old + clip(V_b - V_b^old, -epsilon, epsilon)
 *
 * whose gradient is 0 where V_b has moved by more than epsilon and is nearer to G_b than V_b^clip is; elsewhere it is the
 * same as without a clip. Where both errors are equal, which includes the edge of the range, it is not switched off.
 */

import { checkFinite, checkVector, fail, knownOptions, type OptionNames } from '../math/check';
import type { FloatArray } from '../math/floatArray';
import type { ObjectiveValue } from './objective';

/** Steps to fit a critic to; B is the length of `targets`. */
export interface ValueMinibatch {
  /** [B] G_b, estimates of V(s_b) */
  targets: ArrayLike<number>;
  /** [B] what the critic said when the data were collected; for `clipRange`. */
  oldValues?: ArrayLike<number>;
}

/** What the value objective says of a minibatch beside its gradient. */
export interface ValueDiagnostics {
  /** mean_b (V_b - G_b)^2. */
  meanSquaredError: number;
  /** Share of the steps whose gradient the clip switched off; 0 without `clipRange`. */
  inactiveFraction: number;
}

/** An objective of critics, to be maximised. */
export interface ValueObjective {
  /**
   * L at the critic's outputs and its diagnostics; adds dL/dV to dValues.
   * @param values [B]
   * @param dValues [B]
   */
  evaluate(
    values: FloatArray,
    minibatch: ValueMinibatch,
    dValues: FloatArray,
  ): ObjectiveValue<ValueDiagnostics>;
}

/** Options of `valueObjective`. */
export interface ValueObjectiveOptions {
  /** epsilon, in units of the return; no clip by default. */
  clipRange?: number;
}

const VALUE_OBJECTIVE_OPTIONS: OptionNames<ValueObjectiveOptions> = { clipRange: 'optional' };

/**
 * -1/2 mean_b (V_b - G_b)^2, or its clipped variant; see the top of this file.
 *
 * $$L = -\tfrac12 \big( V_w(s) - \hat R \big)^2$$
 */
export function valueObjective(options: ValueObjectiveOptions = {}): ValueObjective {
  const { clipRange } = knownOptions('valueObjective', options, VALUE_OBJECTIVE_OPTIONS);
  if (clipRange !== undefined) checkFinite('clipRange', clipRange, 0);
  return {
    evaluate(values, { targets, oldValues }, dValues) {
      const count = checkVector('targets', targets).length;
      if (count === 0) fail('targets is empty, but a minibatch needs at least one step.');
      for (const [name, array] of [['values', values] as const, ['dValues', dValues] as const])
        if (array?.length !== count)
          fail(`${name} has length ${array?.length}, but there are ${count} targets.`);
      if (clipRange !== undefined) {
        if (!oldValues) fail('oldValues is missing, but the clip needs the values of the critic before.');
        checkVector('oldValues', oldValues, count);
      }
      let sum = 0;
      let squares = 0;
      let inactive = 0;
      for (let b = 0; b < count; b++) {
        const error = targets[b] - values[b];
        squares += error * error;
        const clippedError = clipRange === undefined ? error : targets[b] - clip(values[b], oldValues![b]);
        if (clippedError * clippedError > error * error) {
          inactive++;
          sum += clippedError * clippedError;
        } else {
          sum += error * error;
          dValues[b] += error / count;
        }
      }
      return {
        value: (-0.5 * sum) / count,
        diagnostics: { meanSquaredError: squares / count, inactiveFraction: inactive / count },
      };
    },
  };

  /** V^clip. */
  function clip(value: number, oldValue: number): number {
    const moved = value - oldValue;
    if (Math.abs(moved) > clipRange!) return oldValue + Math.sign(moved) * clipRange!;
    return value;
  }
}
