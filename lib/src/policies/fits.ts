/** Whether a policy, or a critic, is made for an environment: its observations, and for a policy its actions. */

import { checkEnv, type DiscreteSpace, type EnvModel, sizeOf } from '../envs/env';
import { fail, show } from '../math/check';
import type { Network } from '../networks/network';
import type { Policy } from './policy';

/** Throws unless the policy's actions and observations are those of the environment. */
export function checkPolicyFits(
  policy: Policy,
  env: Pick<EnvModel, 'id' | 'actionSpace' | 'observationSpace'>,
): void {
  checkEnv(env);
  if (typeof policy?.network?.forward !== 'function' || !policy.head)
    throw new TypeError(`policy is ${show(policy)}, but must be a policy, e.g. softmaxLinear(...).`);
  const { actionSpace, id } = env;
  const { head, network } = policy;
  if (head.kind === 'categorical' && actionSpace.kind !== 'discrete')
    fail(`policy chooses among ${head.parameterSize} actions, but ${id} takes actions from a box.`);
  if (head.kind === 'gaussian' && actionSpace.kind !== 'box')
    fail(
      `policy draws actions from a Gaussian, but ${id} takes one of ${(actionSpace as DiscreteSpace).n} actions.`,
    );
  if (actionSpace.kind === 'discrete' && actionSpace.n !== head.parameterSize)
    fail(`policy has ${head.parameterSize} actions, but ${id} has ${actionSpace.n}.`);
  if (head.actionSize !== sizeOf(actionSpace))
    fail(
      `policy draws actions of ${head.actionSize} numbers, but those of ${id} have ${sizeOf(actionSpace)}.`,
    );
  checkNetworkFits('policy', network, env);
}

/** Throws unless the network, which is that of the policy or the critic, reads the observations of the environment. */
export function checkNetworkFits(
  of: string,
  { inputSize, states }: Network,
  { id, observationSpace }: Pick<EnvModel, 'id' | 'observationSpace'>,
): void {
  const size = sizeOf(observationSpace);
  if ((inputSize ?? size) !== size)
    fail(`${of} is made for observations of ${inputSize} numbers, but those of ${id} have ${size}.`);
  if (states === undefined) return;
  if (observationSpace.kind !== 'discrete')
    fail(`${of} is made for the indices of ${states} states, but ${id} shows points of a box.`);
  if (observationSpace.n !== states) fail(`${of} has ${states} states, but ${id} has ${observationSpace.n}.`);
}
