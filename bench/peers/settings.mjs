/**
 * The runs that pglab and its peers are timed at, in pglab's names. Both sides read the same entries: ./ours.mjs as options
 * of PPO, the program of the `peer` (./peers.mjs) as what that one calls them; `threads` are those of either side, the
 * task being run with each number of them. All use two separate networks of two tanh layers of 64,
 * orthogonal initial weights, Adam with epsilon 1e-5, and advantages normalised to mean 0 and standard deviation 1.
 */

/** The zoo leaves these at Stable-Baselines3's defaults. */
const defaults = { clipRange: 0.2, valueClipRange: null, entropyCoef: 0, maxGradientNorm: 0.5 };

/** Those of the PPO paper for MuJoCo (its table 3), neither observations nor rewards normalised. */
const paper = {
  copies: 1,
  stepsPerIteration: 2048,
  epochs: 10,
  minibatchSize: 64,
  learningRate: 3e-4,
  annealLearningRate: false,
  annealClipRange: false,
  gamma: 0.99,
  lambda: 0.95,
  ...defaults,
};

export const tasks = {
  'cartpole-cleanrl': {
    peer: 'sb3',
    title: "CartPole-v1, CleanRL's settings",
    env: 'CartPole-v1',
    totalSteps: 100_000,
    copies: 4,
    stepsPerIteration: 128,
    epochs: 4,
    minibatchSize: 128,
    learningRate: 2.5e-4,
    annealLearningRate: true,
    annealClipRange: false,
    gamma: 0.99,
    lambda: 0.95,
    ...defaults,
    valueClipRange: 0.2,
    entropyCoef: 0.01,
  },
  'cartpole-zoo': {
    peer: 'sb3',
    title: "CartPole-v1, the SB3 zoo's settings",
    env: 'CartPole-v1',
    totalSteps: 100_000,
    copies: 8,
    stepsPerIteration: 32,
    epochs: 20,
    minibatchSize: 256,
    learningRate: 1e-3,
    annealLearningRate: true,
    annealClipRange: true,
    gamma: 0.98,
    lambda: 0.8,
    ...defaults,
  },
  'pendulum-zoo': {
    peer: 'sb3',
    title: "Pendulum-v1, the SB3 zoo's, no gSDE",
    env: 'Pendulum-v1',
    totalSteps: 50_000,
    copies: 4,
    stepsPerIteration: 1024,
    epochs: 10,
    minibatchSize: 64,
    learningRate: 1e-3,
    annealLearningRate: false,
    annealClipRange: false,
    gamma: 0.9,
    lambda: 0.95,
    ...defaults,
  },
  'hopper-paper': {
    peer: 'sb3',
    title: "Hopper-v5, the PPO paper's settings",
    env: 'Hopper-v5',
    totalSteps: 100_000,
    ...paper,
  },
  'halfcheetah-paper': {
    peer: 'sb3',
    title: "HalfCheetah-v5, the PPO paper's settings",
    env: 'HalfCheetah-v5',
    totalSteps: 100_000,
    ...paper,
  },
  'cartpole-rejax': {
    peer: 'rejax',
    threads: [1, 2],
    title: "CartPole-v1, CleanRL's, fixed rate",
    env: 'CartPole-v1',
    totalSteps: 500_000,
    copies: 4,
    stepsPerIteration: 128,
    epochs: 4,
    minibatchSize: 128,
    learningRate: 2.5e-4,
    annealLearningRate: false,
    annealClipRange: false,
    gamma: 0.99,
    lambda: 0.95,
    ...defaults,
    valueClipRange: 0.2,
    entropyCoef: 0.01,
  },
  'pendulum-rltools': {
    peer: 'rltools',
    title: 'Pendulum-v1, 64-64 tanh',
    env: 'Pendulum-v1',
    totalSteps: 102_400,
    copies: 4,
    stepsPerIteration: 1024,
    epochs: 10,
    minibatchSize: 64,
    learningRate: 3e-4,
    annealLearningRate: false,
    annealClipRange: false,
    gamma: 0.9,
    lambda: 0.95,
    ...defaults,
  },
};

/** Episodes of a final evaluation, with the most probable action, and where their starts come from. */
export const evaluation = { episodes: 100, seed: 2026 };
