/** pglab: policy gradients, written to be read. Everything that a notebook or a script may import is listed here. */

export * from './envs/env';
export { Rng, type RngState } from './math/rng';
export type { Policy } from './policies/policy';
