/**
 * The settings behind data/ppo-scores: PPO-Clip on the five classic-control tasks. All share networks of two tanh layers of
 * 64, Adam and an annealed learning rate; the tasks differ in budget, in how long rollouts are, and in what is normalised.
 */

import * as pglab from 'pglab';

const shared = { epochs: 10, minibatchSize: 256, learningRate: 1e-3, annealLearningRate: true };

/** Per task: the environment, the steps, the score that must hold, and PPO-Clip's options. */
export const tasks = {
  'CartPole-v1': {
    env: pglab.cartPole,
    totalSteps: 100_000,
    atLeast: 495,
    options: { ...shared, epochs: 20, copies: 8, stepsPerIteration: 32, gamma: 0.98, lambda: 0.8 },
  },
  'Acrobot-v1': {
    env: pglab.acrobot,
    totalSteps: 500_000,
    atLeast: -85,
    options: {
      ...shared,
      epochs: 4,
      copies: 16,
      stepsPerIteration: 256,
      gamma: 0.99,
      lambda: 0.94,
      normalizeObservations: true,
    },
  },
  'Pendulum-v1': {
    env: pglab.pendulum,
    totalSteps: 500_000,
    atLeast: -200,
    options: {
      ...shared,
      copies: 16,
      stepsPerIteration: 128,
      gamma: 0.95,
      lambda: 0.95,
      normalizeRewards: true,
    },
  },
  'MountainCarContinuous-v0': {
    env: pglab.mountainCarContinuous,
    totalSteps: 100_000,
    atLeast: 88,
    options: {
      ...shared,
      copies: 4,
      stepsPerIteration: 512,
      gamma: 0.999,
      lambda: 0.95,
      normalizeObservations: true,
      normalizeRewards: true,
    },
  },
  'MountainCar-v0': {
    env: pglab.mountainCar,
    totalSteps: 1_000_000,
    atLeast: -115,
    options: {
      ...shared,
      epochs: 4,
      copies: 16,
      stepsPerIteration: 64,
      gamma: 0.99,
      lambda: 0.98,
      normalizeObservations: true,
      normalizeRewards: true,
    },
  },
};

/** One run of PPO-Clip on a task with a seed, which decides the networks' first weights too. */
export function train({ env: make, totalSteps, options }, seed) {
  const env = make();
  const inputs = pglab.sizeOf(env.observationSpace);
  const [policyRng, criticRng] = new pglab.Rng(seed).split(2);
  return pglab.ppoClip({
    env,
    policy: pglab.mlpPolicy({ env, rng: policyRng }),
    critic: pglab.mlp({ inputs, outputs: 1, rng: criticRng }),
    seed,
    totalSteps,
    ...options,
  });
}
