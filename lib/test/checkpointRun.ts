/**
 * Runs with everything that a checkpoint must carry, for checkpoint.test.ts and checkpointAlgorithms.test.ts: in their process, or
 * as a process of its own that kills itself: `node checkpointRun.js <path> <how> <iteration> <algorithm>`.
 */

import fs from 'node:fs';
import {
  a2cTrustRegion,
  actorCritic,
  type Baseline,
  type CheckpointOptions,
  cem,
  Env,
  mlp,
  mlpPolicy,
  type NetworkBaselineOptions,
  networkBaseline,
  type OnIteration,
  type Policy,
  type PpoKlOptions,
  ppoKl,
  vanillaPolicyGradient,
} from 'pglab';

/** A noisy walk that pays for being near what it was told; episodes end by chance, or are cut. */
export function noisyWalk(): Env {
  const box = { kind: 'box', low: [-Infinity, -Infinity], high: [Infinity, Infinity] } as const;
  return new Env({
    id: 'NoisyWalk',
    observationSpace: box,
    actionSpace: { kind: 'box', low: [-1], high: [1] },
    maxSteps: 9,
    stateNames: ['x', 'goal'],
    initialState(rng, state, offset) {
      state[offset] = rng.normal();
      state[offset + 1] = rng.normal(3, 2);
    },
    transition(state, offset, action, actionOffset, rng, outcome) {
      state[offset] += action[actionOffset] + rng.normal(0, 0.1);
      outcome.reward = -Math.abs(state[offset] - state[offset + 1]) + rng.normal();
      outcome.terminated = rng.uniform() < 0.05;
    },
    observe(state, offset, observation, observationOffset) {
      observation[observationOffset] = state[offset];
      observation[observationOffset + 1] = state[offset + 1];
    },
  });
}

/** 8 iterations of 3 x 37 steps. */
export function settings(): PpoKlOptions<Policy> {
  const env = noisyWalk();
  return {
    env,
    policy: mlpPolicy({ env, hidden: [8, 5], seed: 1 }),
    critic: mlp({ inputs: 2, hidden: [7], outputs: 1, seed: 2, activation: 'relu' }),
    seed: 3,
    totalSteps: 8 * 111,
    copies: 3,
    stepsPerIteration: 37,
    epochs: 3,
    minibatchSize: 25,
    learningRate: 3e-3,
    criticLearningRate: 5e-3,
    beta: 0.5,
    klTarget: 0.003,
    entropyCoef: 0.01,
    maxGradientNorm: 0.5,
    valueClipRange: 0.5,
    annealLearningRate: true,
    normalizeObservations: true,
    normalizeRewards: true,
  };
}

/** What a run of any algorithm hands back. */
export interface Outcome {
  policy: Policy;
  history: { iteration: number; meanReturn: number }[];
  critic?: unknown;
  baseline?: Baseline;
  std?: Float64Array;
}

/** What a caller adds to a run, besides options of the algorithm. */
interface More {
  checkpoint?: CheckpointOptions;
  onIteration?: OnIteration<Outcome['history'][number]>;
  [option: string]: unknown;
}

const value = (options: Partial<NetworkBaselineOptions> = {}) =>
  networkBaseline({
    network: mlp({ inputs: 2, hidden: [7], outputs: 1, seed: 2, activation: 'relu' }),
    epochs: 2,
    minibatchSize: 25,
    seed: 5,
    ...options,
  });

const learner = () => {
  const env = noisyWalk();
  return { env, policy: mlpPolicy({ env, hidden: [8, 5], seed: 1 }), seed: 3 };
};

/** 8 iterations of 3 x 11 steps. */
const actor = () => ({
  ...learner(),
  totalSteps: 8 * 33,
  copies: 3,
  stepsPerIteration: 11,
  lambda: 0.9,
  entropyCoef: 0.01,
  normalizeObservations: true,
  normalizeRewards: true,
});

/** The algorithms, 8 iterations each. */
export const runs: Record<string, (more?: More) => Promise<Outcome>> = {
  ppoKl: more => ppoKl({ ...settings(), ...more }),
  actorCritic: more =>
    actorCritic({
      ...actor(),
      critic: value({ optimizer: 'rmsprop', maxGradientNorm: 0.5, standardize: false }),
      learningRate: left => 0.01 * left,
      criticLearningRate: left => 0.02 * left,
      optimizer: 'rmsprop',
      ...more,
    }),
  a2cTrustRegion: more =>
    a2cTrustRegion({
      ...actor(),
      critic: value(),
      learningRate: 0.01,
      klRate: 1e-4,
      averageDecay: 0.5,
      ...more,
    }),
  vanillaPolicyGradient: more =>
    vanillaPolicyGradient({
      ...learner(),
      baseline: value(),
      totalSteps: 480,
      stepsPerIteration: 60,
      copies: 2,
      learningRate: 0.01,
      klTarget: 0.002,
      normalize: true,
      normalizeObservations: true,
      ...more,
    }),
  cem: more =>
    cem({
      ...learner(),
      iterations: 8,
      populationSize: 7,
      std: 0.5,
      noise: t => 0.1 / (1 + t),
      episodesPerCandidate: 2,
      normalizeObservations: true,
      ...more,
    }),
};

if (require.main === module) {
  const [path, how, iteration, algorithm = 'ppoKl'] = process.argv.slice(2);
  const die = () => process.kill(process.pid, 'SIGKILL');
  let saves = 0;
  if (how === 'while saving') {
    // The second time, the new checkpoint has been written beside its place, and is not moved there.
    const { renameSync } = fs;
    fs.renameSync = (from, to) => {
      if (++saves === Number(iteration)) die();
      renameSync(from, to);
    };
  }
  runs[algorithm]({
    checkpoint: { path, every: 2 },
    onIteration: record => {
      if (how === 'after iteration' && record.iteration === Number(iteration)) die();
    },
  }).then(
    () => console.log('done'),
    error => console.error(String(error)),
  );
}
