/** A policy for an environment over a multi-layer perceptron: logits of its actions, or means and one sigma a dimension. */

import { checkEnv, type Env, type EnvModel, sizeOf } from '../envs/env';
import { checkFinite, fail, knownOptions, type OptionNames } from '../math/check';
import { type MlpOptions, mlp } from '../networks/mlp';
import { type CategoricalPolicy, categoricalPolicy, type GaussianPolicy, gaussianPolicy } from './policy';

/** Options of `mlpPolicy`. */
export interface MlpPolicyOptions
  extends Omit<MlpOptions, 'inputs' | 'outputs' | 'freeOutputs' | 'freeOutputValue'> {
  /** The environment whose observations it reads and whose actions it takes. */
  env: Env | EnvModel;
  /** sigma to begin with of a Gaussian policy, in units of the action; it does not depend on the observation. */
  std?: number;
}

const MLP_POLICY_OPTIONS: OptionNames<MlpPolicyOptions> = {
  env: 'required',
  std: 'optional',
  hidden: 'optional',
  activation: 'optional',
  seed: 'optional',
  rng: 'optional',
  initialization: 'optional',
  hiddenGain: 'optional',
  outputGain: 'optional',
  engine: 'optional',
};

/**
 * A policy over an `mlp`: categorical where actions are discrete, Gaussian where they are points of a box. The last layer
 * begins small (`outputGain` 0.01), so that the policy is near uniform, or near mean 0, whatever it sees.
 */
export function mlpPolicy(options: MlpPolicyOptions): CategoricalPolicy | GaussianPolicy {
  const {
    env,
    std = 1,
    outputGain = 0.01,
    ...layers
  } = knownOptions('mlpPolicy', options, MLP_POLICY_OPTIONS);
  checkEnv(env);
  checkFinite('std', std, 1e-30, 1e30);
  const { observationSpace, actionSpace, id } = env;
  if (observationSpace.kind === 'discrete')
    fail(`env shows the index of a state (${id}), but an MLP reads numbers: use softmaxTabular.`);
  const inputs = sizeOf(observationSpace);
  const own = { ...layers, outputGain, inputs };
  if (actionSpace.kind === 'discrete') return categoricalPolicy(mlp({ ...own, outputs: actionSpace.n }));
  const d = sizeOf(actionSpace);
  return gaussianPolicy(mlp({ ...own, outputs: d, freeOutputs: d, freeOutputValue: Math.log(std) }));
}
