/**
 * The dials of the page "The lecture, live": what is computed for their sliders, with the settings of notebooks/demo.ipynb. The
 * page's worker runs them, and so may Node, with the same bytes.
 *
 * A dial is a function of (settings, { tell, before }). It gives or resolves with { figure, alt, text, svg }: a plotly figure, what
 * is to be seen, a line of numbers, and an animation where there is one. A dial that takes longer tells the same of its state on
 * the way; `before` is what its last whole run left as `kept`, to compare with.
 */

import {
  animation,
  cartPole,
  cleanFigure,
  collectEpisodes,
  corridor,
  curve,
  dot,
  episodeReturns,
  exactGradient,
  histogramChart,
  lineChart,
  logspace,
  mean,
  meanKl,
  mlp,
  mlpPolicy,
  norm,
  normalizeAdvantages,
  perTrajectoryGradients,
  ppoClip,
  ppoKl,
  Rng,
  range,
  rewardToGo,
  rollout,
  scoreGradient,
  scoreWeights,
  softmaxTabular,
  tabularEnv,
  timeBaseline,
  variance,
} from 'pglab';
import { nameOf } from './sliders.mjs';

const SEED = 1;
const ITERATIONS = 40;
const SETTINGS = {
  totalSteps: ITERATIONS * 512,
  copies: 8,
  stepsPerIteration: 64,
  epochs: 10,
  minibatchSize: 128,
  learningRate: 1e-3,
  gamma: 0.98,
  lambda: 0.8,
};
const pole = cartPole();

/** What is computed once, when it is first needed. */
function once(make) {
  let made;
  return () => (made ??= make());
}

/** A policy and a critic to begin with, two layers of 32 each. */
function begin(seed) {
  const [policyRng, criticRng] = new Rng(seed).split(2);
  const critic = mlp({ inputs: 4, hidden: [32, 32], outputs: 1, rng: criticRng });
  const policy = mlpPolicy({ env: pole, hidden: [32, 32], rng: policyRng });
  return { env: pole, seed, policy, critic };
}

const corridorWalk = once(() => {
  const horizon = 20;
  const task = corridor({ length: 5, slip: 0.1, continuing: true, gamma: 1 });
  const walker = softmaxTabular({ states: task.states, actions: task.actions });
  const gradient = exactGradient(task, walker, { horizon });
  const env = tabularEnv(task, { maxSteps: horizon });
  const [fitted, fresh] = new Rng(SEED)
    .split(2)
    .map(rng => collectEpisodes(env, walker, { episodes: 4000, rng }));
  const baseline = timeBaseline();
  baseline.fit(fitted, rewardToGo(fitted.rewards, 1, fitted.episodeStarts));
  const usual = baseline.predict(fresh);
  /** The estimate from each episode, along the true gradient, with a share of the baseline. */
  const along = share => {
    const weights = scoreWeights(fresh, { gamma: 1, baseline: usual.map(value => share * value) });
    return perTrajectoryGradients(fresh, walker, weights).map(g => dot(g, gradient) / norm(gradient));
  };
  return { along, plain: along(0), truth: norm(gradient) };
});

function noise({ share, episodes }) {
  const { along, plain, truth } = corridorWalk();
  const estimates = parts =>
    range(parts.length / episodes).map(i => mean(parts.slice(episodes * i, episodes * (i + 1))));
  const clouds = { 'no baseline': estimates(plain), 'share c of the baseline': estimates(along(share)) };
  const [without, dialled] = Object.values(clouds);
  const said = cloud => `mean ${mean(cloud).toFixed(2)}, variance ${variance(cloud).toFixed(2)}`;
  return {
    figure: histogramChart(clouds, {
      xTitle: 'estimate along the gradient',
      bins: 45,
      xRange: [-6, 12],
      marks: { 'the true gradient': truth },
    }),
    alt: `Histograms of ${dialled.length} estimates of the gradient, without a baseline and with ${share} of it.`,
    text: `c = ${share}, m = ${episodes}: ${said(dialled)}. Without a baseline: ${said(without)}. The truth: ${truth.toFixed(2)}.`,
  };
}

const firstStep = once(() => {
  const { policy } = begin(SEED);
  const seen = collectEpisodes(pole, policy, { episodes: 50, rng: new Rng(SEED) });
  const advantages = normalizeAdvantages(rewardToGo(seen.rewards, SETTINGS.gamma, seen.episodeStarts));
  const g = scoreGradient(seen, policy, advantages);
  const after = alpha => {
    const stepped = policy.clone();
    g.forEach((x, k) => {
      stepped.parameters[k] += (alpha * x) / norm(g);
    });
    return stepped;
  };
  const kl = alpha => meanKl(seen, after(alpha), policy);
  const shortest = 0.03;
  const quadratic = alpha => kl(shortest) * (alpha / shortest) ** 2;
  const lengths = logspace(shortest, 3, 21);
  const meanReturn = acting =>
    mean(episodeReturns(collectEpisodes(pole, acting, { episodes: 50, rng: new Rng(SEED) })));
  return {
    after,
    kl,
    quadratic,
    meanReturn,
    atFirst: meanReturn(policy),
    measured: curve(lengths, kl),
    slope: curve(lengths, quadratic),
  };
});

function step({ alpha }) {
  const { after, kl, quadratic, meanReturn, atFirst, measured, slope } = firstStep();
  const reached = kl(alpha);
  const line = { x: [alpha, alpha], y: [Math.min(...slope.y), reached] };
  return {
    figure: lineChart(
      { measured, 'slope two': slope, 'your step': line },
      {
        xTitle: 'length α of the step',
        yTitle: 'mean KL, nats',
        xLog: true,
        yLog: true,
      },
    ),
    alt: `On logarithmic axes the KL follows a line of slope two; long steps leave it. A step of ${alpha} is marked.`,
    text:
      `α = ${alpha}: the KL is ${reached.toPrecision(3)} nats, by the formula ${quadratic(alpha).toPrecision(3)}. ` +
      `The mean return of 50 episodes goes from ${atFirst.toFixed(1)} to ${meanReturn(after(alpha)).toFixed(1)}.`,
  };
}

/** The mean return of the last 100 episodes, over the steps of a training. */
const returns = history => ({ x: history.map(row => row.steps), y: history.map(row => row.meanReturn) });
const atEnd = history => history.at(-1).meanReturn.toFixed(1);

/** Learning curves on axes that stay where they are. */
const learningChart = curves =>
  lineChart(curves, {
    xTitle: 'environment steps',
    yTitle: 'return <i>R</i>(τ)',
    markers: false,
    xRange: [0, SETTINGS.totalSteps],
    yRange: [0, 220],
  });

/** The agent after its training, as notebooks show it. */
const atWork = policy => animation(pole, rollout(pole, policy, { rng: new Rng(SEED) }), { speed: 2 }).svg;

async function training({ seed, ...settings }, { tell = () => {}, before } = {}) {
  const names = Object.entries(settings).map(
    ([name, value]) =>
      `${{ clipRange: 'ε', lambda: 'λ', learningRate: 'learning rate' }[name]} ${nameOf(value)}`,
  );
  const said = `${names.join(', ')}, seed ${seed}`;
  const state = history => ({
    figure: learningChart({ 'your dial': returns(history), ...before }),
    alt: `A learning curve of CartPole with ${said}${before ? ', and that of the run before' : ''}.`,
    text: `${said}: a return of ${atEnd(history)} after ${history.at(-1).steps.toLocaleString('en')} steps.`,
  });
  const rows = [];
  const { policy, history } = await ppoClip({
    ...begin(seed),
    ...SETTINGS,
    ...settings,
    onIteration: row => {
      rows.push(row);
      tell(state(rows));
    },
  });
  return {
    ...state(history),
    svg: atWork(policy),
    kept: { 'the run before': returns(history) },
  };
}

async function race({ clipRange, klTarget, seed }, { tell = () => {} } = {}) {
  const racers = [
    { name: 'PPO-Clip', run: ppoClip, setting: { clipRange } },
    { name: 'PPO-KL', run: ppoKl, setting: { klTarget } },
  ].map(racer => ({ ...racer, rows: [] }));
  const state = () => {
    const begun = racers.filter(({ rows }) => rows.length > 0);
    const ends = begun.map(({ name, rows }) => `${name} ${atEnd(rows)}`).join(', ');
    return {
      figure: learningChart(Object.fromEntries(begun.map(({ name, rows }) => [name, returns(rows)]))),
      alt: `Learning curves of PPO-Clip and PPO-KL on CartPole with ε ${nameOf(clipRange)} and δ ${klTarget}, seed ${seed}.`,
      text: `ε ${nameOf(clipRange)}, δ ${klTarget}, seed ${seed}: the returns are ${ends}.`,
    };
  };
  // Interrupted, both have ended before the next race begins.
  const ends = await Promise.allSettled(
    racers.map(({ run, setting, rows }) =>
      run({
        ...begin(seed),
        ...SETTINGS,
        ...setting,
        onIteration: row => {
          rows.push(row);
          tell(state());
        },
      }),
    ),
  );
  const broken = ends.find(({ status }) => status === 'rejected');
  if (broken) throw broken.reason;
  const results = ends.map(({ value }) => value);
  const best = results.toSorted((a, b) => b.history.at(-1).meanReturn - a.history.at(-1).meanReturn)[0];
  return { ...state(), svg: atWork(best.policy) };
}

export const DIALS = { noise, step, training, race };

/** What a dial shows, as plain data that a message can carry. */
export const asShown = ({ figure, ...rest }) => ({ figure: cleanFigure(figure), ...rest });
