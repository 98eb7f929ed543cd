/** A policy for an environment over a multi-layer perceptron: logits of its actions, or means and one sigma a dimension. */

import { checkEnv, type Env, type EnvModel, sizeOf } from '../envs/env';
import { checkFinite, fail } from '../math/check';
import { type MlpOptions, mlp } from '../networks/mlp';
import { type CategoricalPolicy, categoricalPolicy, type GaussianPolicy, gaussianPolicy } from './policy';

export interface MlpPolicyOptions
  extends Omit<MlpOptions, 'inputs' | 'outputs' | 'freeOutputs' | 'freeOutputValue'> {
  /** The environment whose observations it reads and whose actions it takes. */
  env: Env | EnvModel;
  /** sigma to begin with of a Gaussian policy, in units of the action; it does not depend on the observation. */
  std?: number;
}

/**
 * A policy over an `mlp`: categorical where actions are discrete, Gaussian where they are points of a box. The last layer
 * begins small (`outputGain` 0.01), so that the policy is near uniform, or near mean 0, whatever it sees.
 */
export function mlpPolicy({
  env,
  std = 1,
  outputGain = 0.01,
  ...options
}: MlpPolicyOptions): CategoricalPolicy | GaussianPolicy {
  checkEnv(env);
  checkFinite('std', std, 1e-30, 1e30);
  const { observationSpace, actionSpace, id } = env;
  if (observationSpace.kind === 'discrete')
    fail(`env shows the index of a state (${id}), but an MLP reads numbers: use softmaxTabular.`);
  const inputs = sizeOf(observationSpace);
  const own = { ...options, outputGain, inputs };
  if (actionSpace.kind === 'discrete') return categoricalPolicy(mlp({ ...own, outputs: actionSpace.n }));
  const d = sizeOf(actionSpace);
  return gaussianPolicy(mlp({ ...own, outputs: d, freeOutputs: d, freeOutputValue: Math.log(std) }));
}
