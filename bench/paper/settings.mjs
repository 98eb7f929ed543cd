/**
 * The runs behind data/paper-ppo: table 1 and figure 3 of Schulman et al. 2017, "Proximal policy optimization algorithms". Settings
 * are the paper's (section 6.1 and its table 3); where it is silent, those of OpenAI's baselines. None was tuned on a score.
 * data/paper-ppo/README.md gives the source of each.
 */

import * as pglab from 'pglab';

export const STEPS = 1_000_000;
/** The random policy does not learn: this is enough for a hundred episodes of every task. */
const RANDOM_STEPS = 100_000;
export const SEEDS = [1, 2, 3];

/**
 * The paper's seven tasks. It ran Gym's v1; of the rules that are here, v4's are the nearest, and for Hopper the contacts of the MuJoCo
 * of then.
 */
export const TASKS = {
  HalfCheetah: () => pglab.halfCheetah({ version: 'v4' }),
  Hopper: () => pglab.hopper({ version: 'v4', geomMargin: 0.0005 }),
  InvertedDoublePendulum: () => pglab.invertedDoublePendulum({ version: 'v4' }),
  InvertedPendulum: () => pglab.invertedPendulum({ version: 'v4' }),
  Reacher: () => pglab.reacher({ version: 'v4' }),
  Swimmer: () => pglab.swimmer({ version: 'v4' }),
  Walker2d: () => pglab.walker2d({ version: 'v4' }),
};

const PPO = {
  copies: 1,
  stepsPerIteration: 2048,
  epochs: 10,
  minibatchSize: 64,
  learningRate: 3e-4,
  gamma: 0.99,
  lambda: 0.95,
  normalizeObservations: true,
  normalizeRewards: true,
};

const clip = clipRange => ({ algorithm: 'ppoClip', table: 1, settings: { ...PPO, clipRange } });
const adaptiveKl = klTarget => ({ algorithm: 'ppoKl', table: 1, settings: { ...PPO, klTarget } });
const fixedKl = beta => ({ algorithm: 'ppoKl', table: 1, settings: { ...PPO, beta, adaptive: false } });

/** What A2C has in OpenAI's baselines, with the sixteen actors of the paper that it comes from. */
const A2C = {
  copies: 16,
  stepsPerIteration: 5,
  optimizer: 'rmsprop',
  learningRate: 7e-4,
  annealed: true,
  entropyCoef: 0.01,
  maxGradientNorm: 0.5,
  gamma: 0.99,
  lambda: 1,
  normalizeObservations: true,
  normalizeRewards: true,
};

/** By the names of their files; the order is the one in which a sweep goes through them. */
export const METHODS = {
  'clip-0.2': { ...clip(0.2), figure: 3 },
  'no-clipping': { algorithm: 'ppo', table: 1, settings: PPO },
  'adaptive-kl-0.01': adaptiveKl(0.01),
  'fixed-kl-1': fixedKl(1),
  'clip-0.1': clip(0.1),
  'clip-0.3': clip(0.3),
  'adaptive-kl-0.003': adaptiveKl(0.003),
  'adaptive-kl-0.03': adaptiveKl(0.03),
  'fixed-kl-0.3': fixedKl(0.3),
  'fixed-kl-3': fixedKl(3),
  'fixed-kl-10': fixedKl(10),
  random: { algorithm: 'random', table: 1, steps: RANDOM_STEPS, settings: {} },
  trpo: {
    algorithm: 'trpo',
    figure: 3,
    settings: {
      copies: 1,
      stepsPerIteration: 1024,
      klLimit: 0.01,
      cgIterations: 10,
      damping: 0.1,
      lineSearchTries: 10,
      backtrackFactor: 0.5,
      criticEpochs: 5,
      criticMinibatchSize: 64,
      criticLearningRate: 1e-3,
      gamma: 0.99,
      lambda: 0.98,
      normalizeObservations: true,
      normalizeRewards: true,
    },
  },
  'vanilla-pg': {
    algorithm: 'vanillaPolicyGradient',
    figure: 3,
    settings: {
      stepsPerIteration: 2500,
      learningRate: 1e-3,
      klTarget: 2e-3,
      gamma: 0.99,
      normalize: true,
      normalizeObservations: true,
      criticEpochs: 10,
      criticLearningRate: 1e-3,
    },
  },
  a2c: { algorithm: 'actorCritic', figure: 3, settings: A2C },
  'a2c-trust-region': {
    algorithm: 'a2cTrustRegion',
    figure: 3,
    settings: { ...A2C, klRate: 1, averageDecay: 0.99 },
  },
  cem: {
    algorithm: 'cem',
    figure: 3,
    settings: {
      hidden: [10, 5],
      populationSize: 200,
      eliteFraction: 0.2,
      std: 1,
      noise: 1e-4,
      noiseIterations: 150,
      episodesPerCandidate: 1,
      normalizeObservations: true,
    },
  },
};

/** All runs, each by the path of its file below runs/, without the ending. */
export const RUNS = Object.entries(METHODS).flatMap(
  ([method, { algorithm, table, figure, settings, steps = STEPS }]) =>
    Object.keys(TASKS).flatMap(task =>
      SEEDS.map(seed => ({
        run: `${task}/${method}-${seed}`,
        task,
        method,
        seed,
        algorithm,
        table,
        figure,
        settings,
        steps,
      })),
    ),
);

/** The manifest: one line a run. */
export function manifest() {
  const rows = RUNS.map(
    ({ run, task, method, seed, algorithm, table = '', figure = '', settings, steps }) => {
      return [run, task, method, seed, algorithm, table, figure, steps, inWords(settings)].join(',');
    },
  );
  return `${['run,task,method,seed,algorithm,table,figure,steps,settings', ...rows].join('\n')}\n`;
}

/** Settings in one line without a comma. */
export const inWords = settings =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${[value].flat().join('-')}`)
    .join(' ');

/** A checkpoint is due after so many steps, to the next iteration. */
const CHECKPOINT_STEPS = 20_480;

/**
 * Trains one run to its end, from its checkpoint in the file `path` on if there is one. The parameters of policy and critic, and
 * everything else that is random, follow from the seed.
 */
export async function train({ task, algorithm, seed, settings, steps: totalSteps }, path) {
  const env = TASKS[task]();
  const {
    hidden = [64, 64],
    annealed,
    noiseIterations,
    criticEpochs,
    criticLearningRate,
    ...rest
  } = settings;
  const [policyRng, criticRng] = new pglab.Rng(seed).split(2);
  const policy = std => pglab.mlpPolicy({ env, hidden, rng: policyRng, std });
  const critic = () =>
    pglab.mlp({ inputs: pglab.sizeOf(env.observationSpace), hidden, outputs: 1, rng: criticRng });
  const saved = stepsPerIteration => ({
    path,
    every: Math.max(1, Math.floor(CHECKPOINT_STEPS / stepsPerIteration)),
    resume: true,
  });
  const common = { env, seed, totalSteps, ...rest };
  switch (algorithm) {
    case 'random':
      return { history: randomSteps(env, new pglab.Rng(seed), totalSteps) };
    case 'cem': // deterministic: a Gaussian policy so narrow that its noise is nothing
      return pglab.cem({
        ...common,
        policy: policy(1e-6),
        noise: iteration => settings.noise * Math.max(0, 1 - iteration / noiseIterations),
        checkpoint: saved(CHECKPOINT_STEPS), // an iteration is longer than that
      });
    case 'vanillaPolicyGradient':
      return pglab.vanillaPolicyGradient({
        ...common,
        policy: policy(),
        baseline: pglab.networkBaseline({
          network: critic(),
          epochs: criticEpochs,
          learningRate: criticLearningRate,
          seed,
        }),
        checkpoint: saved(settings.stepsPerIteration),
      });
    case 'actorCritic':
    case 'a2cTrustRegion': {
      const learn = algorithm === 'actorCritic' ? pglab.actorCritic : pglab.a2cTrustRegion;
      const learningRate = annealed ? left => settings.learningRate * left : settings.learningRate;
      return learn({
        ...common,
        learningRate,
        criticLearningRate: learningRate,
        policy: policy(),
        critic: pglab.networkBaseline({
          network: critic(),
          optimizer: settings.optimizer,
          learningRate: settings.learningRate,
          epochs: 1,
          minibatchSize: Infinity,
          standardize: false,
          maxGradientNorm: settings.maxGradientNorm,
          seed,
        }),
        checkpoint: saved(settings.copies * settings.stepsPerIteration),
      });
    }
    default: {
      const onPolicy = {
        ...common,
        policy: policy(),
        critic: critic(),
        checkpoint: saved(settings.copies * settings.stepsPerIteration),
      };
      if (algorithm === 'ppo') return pglab.ppo({ ...onPolicy, objective: pglab.surrogateObjective() });
      if (algorithm === 'ppoClip') return pglab.ppoClip(onPolicy);
      if (algorithm === 'ppoKl') return pglab.ppoKl(onPolicy);
      return pglab.trpo({ ...onPolicy, criticEpochs, criticLearningRate });
    }
  }
}

/** A policy that does not look: actions uniform on their box. Records like those of a training, one an episode. */
function randomSteps(env, rng, totalSteps) {
  const { low, high } = env.actionSpace;
  const history = [];
  for (let steps = 0; steps < totalSteps; ) {
    env.reset(rng);
    let total = 0;
    for (let over = false; !over && steps < totalSteps; steps++) {
      const { reward, terminated, truncated } = env.step(low.map((from, i) => rng.uniform(from, high[i])));
      total += reward;
      over = terminated || truncated;
      if (over) history.push({ steps: steps + 1, episodeReturns: [total] });
    }
  }
  return history;
}
