/** Homework 1: right functions, written here by hand, pass, and each mistake that people make is named. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, type Episode } from 'pglab';
import { verdict } from './verdict';

const softmax = (logits: number[]): number[] => {
  const weights = logits.map(z => Math.exp(z - Math.max(...logits)));
  return weights.map(w => w / weights.reduce((sum, x) => sum + x, 0));
};
const naive = (logits: number[]): number[] => {
  const weights = logits.map(Math.exp);
  return weights.map(w => w / weights.reduce((sum, x) => sum + x, 0));
};
const score = (logits: number[], action: number): number[] =>
  softmax(logits).map((p, b) => (b === action ? 1 - p : -p));

const rewardToGo = (rewards: number[], gamma: number): number[] => {
  const result = rewards.slice();
  for (let t = rewards.length - 2; t >= 0; t--) result[t] += gamma * result[t + 1];
  return result;
};

interface Variant {
  mean?: 'episodes' | 'none' | 'steps' | 'both';
  psi?: (logits: number[], action: number) => number[];
  weight?: (rewards: number[], gamma: number, t: number) => number;
  skip?: number;
  sign?: number;
}
/** The gradient as a double loop, right for its `weight` but for what the variant changes. */
const gradientWith =
  ({ mean = 'episodes', psi = score, weight = toGo, skip = 0, sign = 1 }: Variant) =>
  (theta: number[][], episodes: Episode[], gamma: number): number[][] => {
    const g = theta.map(row => row.map(() => 0));
    const all = episodes.reduce((sum, { rewards }) => sum + rewards.length, 0);
    for (const { states, actions, rewards } of episodes) {
      const T = rewards.length;
      const by = { episodes: episodes.length, none: 1, steps: all, both: episodes.length * T }[mean];
      for (let t = 0; t < T - skip; t++)
        psi(theta[states[t]], actions[t]).forEach((x, a) => {
          g[states[t]][a] += (sign * weight(rewards, gamma, t) * x) / by;
        });
    }
    return g;
  };
const total = (rewards: number[], gamma: number) => rewardToGo(rewards, gamma)[0];
const toGo = (rewards: number[], gamma: number, t: number) => gamma ** t * rewardToGo(rewards, gamma)[t];
const hot = (logits: number[], action: number) => logits.map((_, b) => (b === action ? 1 : 0));

const probability = (
  theta: number[][],
  initial: number[],
  transition: number[][][],
  states: number[],
  actions: number[],
) =>
  actions.reduce(
    (p, a, t) => p * softmax(theta[states[t]])[a] * transition[states[t]][a][states[t + 1]],
    initial[states[0]],
  );
const policyPart = (theta: number[][], states: number[], actions: number[]) =>
  actions.reduce((p, a, t) => p * softmax(theta[states[t]])[a], 1);

const moments = (p: number[], gradients: number[][]) => {
  const expected = (f: (g: number[]) => number) => gradients.reduce((sum, g, i) => sum + p[i] * f(g), 0);
  const mean = gradients[0].map((_, k) => expected(g => g[k]));
  return {
    mean,
    covarianceTrace:
      expected(g => g.reduce((sum, x) => sum + x * x, 0)) - mean.reduce((sum, x) => sum + x * x, 0),
  };
};

/** Fails unless the check says that the function is right. */
const passes = (name: keyof typeof check, run: () => void) =>
  assert.match(verdict(run), new RegExp(`^${name}: right on \\d+ hand-sized and \\d+ random cases\\.$`));
/** Fails unless the check answers with a wrong number and a hint that begins so. */
const hints = (name: keyof typeof check, run: () => void, hint: string) => {
  const said = verdict(run);
  assert.ok(said.startsWith('For ') && said.includes(`, ${name} gives `), said);
  assert.equal(said.split(' Hint: ')[1]?.slice(0, hint.length), hint, said);
};

test('right functions are told so, whatever the random cases', () => {
  for (const options of [{}, { cases: 300, seed: 3141 }]) {
    passes('softmax', () => check.softmax(softmax, options));
    passes('score', () => check.score(score, options));
    passes('trajectoryProbability', () => check.trajectoryProbability(probability, options));
    passes('rewardToGo', () => check.rewardToGo(rewardToGo, options));
    passes('likelihoodRatioGradient', () =>
      check.likelihoodRatioGradient(gradientWith({ weight: total }), options),
    );
    passes('reinforceGradient', () => check.reinforceGradient(gradientWith({}), options));
    passes('estimatorMoments', () => check.estimatorMoments(moments, options));
  }
});

test('softmax: overflow, no exponentials, no normalizer, logarithms', () => {
  const says = (mine: typeof softmax, hint: string) => hints('softmax', () => check.softmax(mine), hint);
  says(naive, 'exp overflows');
  says(z => z.map(x => x / z.reduce((sum, y) => sum + y, 0)), 'the logits themselves');
  says(z => z.map(Math.exp), 'these do not sum to 1');
  says(z => z.map(x => Math.exp(x - Math.max(...z))), 'these do not sum to 1');
  says(z => softmax(z).map(Math.log), 'these are log-probabilities');
  assert.equal(
    verdict(() => check.softmax(naive)),
    'For logits = [1000, 1000], softmax gives NaN at [0], expected 0.5. Hint: exp overflows to Infinity for large logits and is 0 for very negative ones: what may be subtracted from all logits without changing the probabilities?',
  );
});

test('score: signs, the missing -pi, the gradient of pi', () => {
  const says = (mine: typeof score, hint: string) => hints('score', () => check.score(mine), hint);
  says(hot, 'the -pi is missing');
  says((z, a) => score(z, a).map(x => -x), 'the sign is turned');
  says((z, a) => softmax(z).map((p, b) => (b === a ? 1 - p : p)), 'the components of the other actions have');
  says((z, a) => softmax(z).map((p, b) => (b === a ? 1 - p : 0)), 'the components of the other actions are');
  says((z, a) => hot(z, a).map(x => x - softmax(z)[a]), 'component b has the probability');
  says((z, a) => score(z, a).map(x => x * softmax(z)[a]), 'this is the gradient of pi(a)');
  says((z, a) => hot(z, a).map((x, b) => x - naive(z)[b]), 'exp overflows');
});

test('trajectoryProbability: a factor forgotten', () => {
  const says = (mine: typeof probability, hint: string) =>
    hints('trajectoryProbability', () => check.trajectoryProbability(mine), hint);
  says(
    (th, mu, P, s, a) =>
      probability(
        th,
        mu.map(() => 1),
        P,
        s,
        a,
      ),
    'where the episode starts',
  );
  says((th, mu, _P, s, a) => mu[s[0]] * policyPart(th, s, a), 'the probabilities of the transitions');
  says(
    (_th, mu, P, s, a) => a.reduce((p, x, t) => p * P[s[t]][x][s[t + 1]], mu[s[0]]),
    'the probabilities of the actions',
  );
  says(
    (th, mu, P, s, a) =>
      probability(th, mu, P, s.slice(0, -1), a.slice(0, -1)) * softmax(th[s[a.length - 1]])[a[a.length - 1]],
    'the transition into the last state',
  );
  says((...args) => Math.log(probability(...args)), 'this is the logarithm');
});

test('rewardToGo: the discount forgotten', () => {
  assert.equal(
    verdict(() => check.rewardToGo(rewards => rewardToGo(rewards, 1))),
    'For rewards = [1, 2, 3], gamma = 0.5, rewardToGo gives 6 at [0], expected 2.75. Hint: the discount is missing: a reward that comes k steps later counts gamma^k times.',
  );
});

test('rewardToGo: the whole return, discounted from the start, a step late, backwards', () => {
  const says = (mine: typeof rewardToGo, hint: string) =>
    hints('rewardToGo', () => check.rewardToGo(mine), hint);
  says((r, gamma) => r.map(() => total(r, gamma)), 'this is the discounted return of the whole');
  says((r, gamma) => r.map((_, t) => toGo(r, gamma, t)), 'the discount counts from the start');
  says((r, gamma) => [...rewardToGo(r, gamma).slice(1), 0], 'G_t begins with r_t');
  says((r, gamma) => rewardToGo(r, gamma).map(G => gamma * G), 'one factor of gamma too many');
  says((r, gamma) => {
    const G = r.map(() => 0);
    for (let t = r.length - 2; t >= 0; t--) G[t] = r[t] + gamma * G[t + 1];
    return G;
  }, 'the last reward of an episode is missing');
  says((r, gamma) => {
    let sum = 0;
    return r.map((x, t) => (sum += gamma ** t * x));
  }, 'this adds up what was earned up to');
});

test('likelihoodRatioGradient and reinforceGradient: the mistakes that they share', () => {
  for (const [name, weight] of [
    ['likelihoodRatioGradient', total],
    ['reinforceGradient', toGo],
  ] as const) {
    const says = (variant: Variant, hint: string) =>
      hints(name, () => check[name](gradientWith({ weight, ...variant })), hint);
    says({ mean: 'none' }, 'this is the sum over the episodes, not their mean');
    says({ mean: 'steps' }, 'this divides by the number of all steps');
    says({ mean: 'both' }, 'this averages over the steps within each episode');
    says({ sign: -1 }, 'the sign is turned');
    says({ skip: 1 }, 'the last step of each episode is missing');
    says({ weight: (r, _gamma, t) => weight(r, 1, t) }, 'the discount is missing');
    says({ weight: (r, gamma, t) => gamma * weight(r, gamma, t) }, 'one factor of gamma too many');
    says(
      { weight: (r, gamma, t) => weight([...r.slice(0, -1), 0], gamma, t) },
      'the last reward of an episode is missing',
    );
    says({ psi: hot }, 'the weight goes to the logit of the action taken alone');
  }
  assert.match(
    verdict(() => check.reinforceGradient(gradientWith({ mean: 'none' }))),
    /^For theta = \[\[0, 0\], \[0, 0\]\], episodes = \[\{ states: \[0, 1\], .*gives -1 at \[0\]\[0\], expected -0\.5\. Hint: /,
  );
});

test('likelihoodRatioGradient: rewards to go, or no return at all', () => {
  const says = (weight: Variant['weight'], hint: string) =>
    hints('likelihoodRatioGradient', () => check.likelihoodRatioGradient(gradientWith({ weight })), hint);
  says(toGo, 'the scores are weighed by the rewards from their step on');
  says((r, gamma, t) => rewardToGo(r, gamma)[t], 'the scores are weighed by the rewards from their step on');
  says(() => 1, 'the return is missing');
});

test('reinforceGradient: gamma^t, the whole return, single rewards, rewards of the next episode', () => {
  const says = (weight: Variant['weight'], hint: string) =>
    hints('reinforceGradient', () => check.reinforceGradient(gradientWith({ weight })), hint);
  says((r, gamma, t) => rewardToGo(r, gamma)[t], 'gamma^t is missing');
  says((r, gamma, t) => gamma ** t * rewardToGo(r, 1)[t], 'gamma^t is there, but G_t is not discounted');
  says(total, 'every score gets the return of the whole episode');
  says((r, gamma, t) => gamma ** t * r[t], 'each score is weighed by the reward of its own step alone');
  hints(
    'reinforceGradient',
    () =>
      check.reinforceGradient((theta, episodes, gamma) => {
        const G = rewardToGo(
          episodes.flatMap(({ rewards }) => rewards),
          gamma,
        );
        let at = 0;
        const parts = episodes.map(episode => {
          const own = G.slice(at, at + episode.rewards.length);
          at += episode.rewards.length;
          return gradientWith({ weight: (_r, _gamma, t) => gamma ** t * own[t] })(theta, [episode], gamma);
        });
        return theta.map((row, s) =>
          row.map((_, a) => parts.reduce((sum, g) => sum + g[s][a], 0) / parts.length),
        );
      }),
    'the rewards of the next episode run into this one',
  );
});

test('estimatorMoments: the square of the mean, equal weights, m - 1, a root', () => {
  const says = (mine: typeof moments, hint: string) =>
    hints('estimatorMoments', () => check.estimatorMoments(mine), hint);
  const square = (g: number[]) => g.reduce((sum, x) => sum + x * x, 0);
  says(
    (p, g) => ({ ...moments(p, g), covarianceTrace: g.reduce((sum, x, i) => sum + p[i] * square(x), 0) }),
    'this is E||g||^2',
  );
  says(
    (p, g) =>
      moments(
        p.map(() => 1 / p.length),
        g,
      ),
    'all outcomes count the same',
  );
  says((p, g) => {
    const { mean } = moments(p, g);
    const trace = g.reduce((sum, x) => sum + square(x.map((y, k) => y - mean[k])), 0);
    return { mean, covarianceTrace: trace / Math.max(1, g.length - 1) };
  }, 'the covariance is divided by the number of outcomes');
  says((p, g) => {
    const { mean, covarianceTrace } = moments(p, g);
    return { mean, covarianceTrace: Math.sqrt(Math.max(0, covarianceTrace)) };
  }, 'covarianceTrace is the length of the noise');
});
