/** pglab: policy gradients, written to be read. Everything that a notebook or a script may import is listed here. */

export * as categorical from './distributions/categorical';
export { type AcrobotOptions, acrobot } from './envs/acrobot';
export { type BanditOptions, bandit } from './envs/bandit';
export { type CartPoleOptions, cartPole } from './envs/cartPole';
export {
  type BoxSpace,
  type DiscreteSpace,
  Env,
  type EnvModel,
  type Outcome,
  type Space,
  type Step,
  sizeOf,
} from './envs/env';
export { type MountainCarOptions, mountainCar, mountainHeight } from './envs/mountainCar';
export { type MountainCarContinuousOptions, mountainCarContinuous } from './envs/mountainCarContinuous';
export { type PendulumOptions, pendulum } from './envs/pendulum';
export { type TabularEnvOptions, tabularEnv } from './envs/tabularEnv';
export { VectorEnv, vectorEnv } from './envs/vectorEnv';
export { Rng, type RngState } from './math/rng';
export * from './mdp/corridor';
export * from './mdp/gridWorlds';
export * from './mdp/randomMDP';
export * from './mdp/tabularMDP';
export { tfBackend } from './networks/tf/backend';
export { type Policy, scoreOf } from './policies/policy';
export * from './policies/softmaxLinear';
export * from './policies/softmaxTabular';
export * from './policies/uniformPolicy';
