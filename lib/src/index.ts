/** pglab: policy gradients, written to be read. Everything that a notebook or a script may import is listed here. */

export * as categorical from './distributions/categorical';
export { acrobot, type AcrobotOptions } from './envs/acrobot';
export { bandit, type BanditOptions } from './envs/bandit';
export { cartPole, type CartPoleOptions } from './envs/cartPole';
export {
  type BoxSpace,
  type DiscreteSpace,
  Env,
  type EnvModel,
  type Outcome,
  sizeOf,
  type Space,
  type Step,
} from './envs/env';
export { mountainCar, mountainHeight, type MountainCarOptions } from './envs/mountainCar';
export { mountainCarContinuous, type MountainCarContinuousOptions } from './envs/mountainCarContinuous';
export { pendulum, type PendulumOptions } from './envs/pendulum';
export { VectorEnv, vectorEnv } from './envs/vectorEnv';
export { Rng, type RngState } from './math/rng';
export * from './mdp/corridor';
export * from './mdp/gridWorlds';
export * from './mdp/randomMDP';
export * from './mdp/tabularMDP';
export { type Policy, scoreOf } from './policies/policy';
export * from './policies/softmaxLinear';
export * from './policies/softmaxTabular';
export * from './policies/uniformPolicy';
