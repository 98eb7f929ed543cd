/** Homework 2: right functions, written here by hand, pass, and each mistake that people make is named. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, type Episode, type Rollout } from 'pglab';
import { verdict } from './verdict';

type Name = keyof typeof check;
const passes = (name: Name, run: () => void) =>
  assert.match(verdict(run), new RegExp(`^${name}: right on \\d+ hand-sized and \\d+ random cases\\.$`));
/** Fails unless the check answers with a wrong number and a hint that begins so. */
const hints = (name: Name, run: () => void, hint: string) => {
  const said = verdict(run);
  assert.ok(said.startsWith('For ') && said.includes(`, ${name} gives `), said);
  assert.equal(said.split(' Hint: ')[1]?.slice(0, hint.length), hint, said);
};

const softmax = (logits: number[]): number[] => {
  const sum = logits.reduce((total, z) => total + Math.exp(z), 0);
  return logits.map(z => Math.exp(z) / sum);
};
const score = (logits: number[], a: number) => softmax(logits).map((p, b) => (a === b ? 1 - p : -p));
const total = (list: number[]) => list.reduce((sum, x) => sum + x, 0);

test('optimalBaseline', () => {
  const square = (logits: number[], a: number) => total(score(logits, a).map(x => x * x));
  const by =
    (weight: (logits: number[], a: number) => number, power = 1) =>
    (logits: number[], Q: number[]) => {
      const w = logits.map((_, a) => weight(logits, a));
      return total(w.map((x, a) => x * Q[a] ** power)) / total(w);
    };
  const p = (logits: number[], a: number) => softmax(logits)[a];
  const right = by((z, a) => p(z, a) * square(z, a));
  passes('optimalBaseline', () => check.optimalBaseline(right, { cases: 200, seed: 7 }));
  const says = (mine: typeof right, hint: string) =>
    hints('optimalBaseline', () => check.optimalBaseline(mine), hint);
  says(by(p), 'this is the value, the mean of Q');
  says(
    by((z, a) => p(z, a) * Math.sqrt(square(z, a))),
    'the weights are the lengths of the scores, not their squares',
  );
  says(
    by((z, a) => p(z, a) * square(z, a), 2),
    'this squares Q',
  );
  says(
    by((z, a) => p(z, a) * (1 - p(z, a)) ** 2),
    'the squared score has only the component',
  );
  says(by(square), 'the probabilities pi(a) are missing');
  says((z, Q) => total(Q.map((q, a) => p(z, a) * square(z, a) * q)), 'the denominator is missing');
});

interface Variant {
  weight?: (G: number, b: number, gamma: number, t: number) => number;
  rewards?: (rewards: number[], b: number[]) => number[];
  discount?: number;
  lead?: number;
  by?: number;
}
const gradientWith =
  ({ weight = (G, b, gamma, t) => gamma ** t * (G - b), rewards, discount, lead = 0, by }: Variant) =>
  (theta: number[][], episodes: Episode[], baseline: number[], givenGamma: number) => {
    const gamma = discount ?? givenGamma;
    const g = theta.map(row => row.map(() => 0));
    for (const episode of episodes) {
      const b = episode.states.map((_, t) => baseline[episode.states[t + lead]] ?? 0);
      const r = rewards?.(episode.rewards, b) ?? episode.rewards;
      for (let t = 0; t < r.length; t++) {
        const G = total(r.slice(t).map((x, k) => gamma ** k * x));
        const w = weight(G, b[t], gamma, t) / (by ?? episodes.length);
        score(theta[episode.states[t]], episode.actions[t]).forEach((x, a) => {
          g[episode.states[t]][a] += w * x;
        });
      }
    }
    return g;
  };

test('baselineGradient', () => {
  passes('baselineGradient', () => check.baselineGradient(gradientWith({}), { cases: 200, seed: 7 }));
  const says = (variant: Variant, hint: string) =>
    hints('baselineGradient', () => check.baselineGradient(gradientWith(variant)), hint);
  says({ weight: (G, b, gamma, t) => gamma ** t * (G + b) }, 'the baseline is added');
  says({ weight: (G, _b, gamma, t) => gamma ** t * G }, 'the baseline is missing');
  says(
    { weight: (G, _b, gamma, t) => gamma ** t * G, rewards: (r, b) => r.map((x, t) => x - b[t]) },
    'the baseline is taken from every reward',
  );
  says({ lead: 1 }, 'the baseline is that of the next state');
  says({ weight: (G, b) => G - b }, 'gamma^t is missing in front of the bracket');
  says({ discount: 1 }, 'the discount is missing');
  says({ by: 1 }, 'this is the sum over the episodes, not their mean');
  says({ weight: (G, b, gamma, t) => gamma ** t * (b - G) }, 'the sign is turned');
});

test('fitBaseline', () => {
  const fit =
    ({
      divide = (sum: number, visits: number, _steps: number, _episodes: number) =>
        visits > 0 ? sum / visits : 0,
      value = (rewards: number[], t: number, gamma: number) =>
        total(rewards.slice(t).map((x, k) => gamma ** k * x)),
    }) =>
    (episodes: Episode[], states: number, gamma: number) => {
      const sums = new Array<number>(states).fill(0);
      const visits = new Array<number>(states).fill(0);
      for (const episode of episodes)
        episode.states.forEach((s, t) => {
          sums[s] += value(episode.rewards, t, gamma);
          visits[s] += 1;
        });
      return sums.map((sum, s) => divide(sum, visits[s], total(visits), episodes.length));
    };
  passes('fitBaseline', () => check.fitBaseline(fit({}), { cases: 200, seed: 7 }));
  const says = (variant: Parameters<typeof fit>[0], hint: string) =>
    hints('fitBaseline', () => check.fitBaseline(fit(variant)), hint);
  says({ divide: (sum, visits) => sum / visits }, 'a state that no episode visited has 0 / 0');
  says({ divide: sum => sum }, 'the returns of each state are summed, not averaged');
  says({ divide: (sum, _visits, steps) => sum / steps }, 'the sums are divided by the number of all steps');
  says(
    { divide: (sum, _v, _s, episodes) => sum / episodes },
    'the sums are divided by the number of episodes',
  );
  says({ value: (rewards, t) => rewards[t] }, 'this is the mean reward');
  says({ value: (rewards, t) => total(rewards.slice(t)) }, 'the discount is missing');
  says(
    { value: (rewards, t, gamma) => total(rewards.slice(t).map((x, k) => gamma ** (t + k) * x)) },
    'this fits gamma^t G_t',
  );
  hints(
    'fitBaseline',
    () =>
      check.fitBaseline((episodes, states, gamma) => {
        const firsts = Array.from({ length: states }, (): number[] => []);
        for (const episode of episodes)
          new Set(episode.states).forEach(s => {
            const rest = episode.rewards.slice(episode.states.indexOf(s));
            firsts[s].push(total(rest.map((x, k) => gamma ** k * x)));
          });
        return firsts.map(list => (list.length > 0 ? total(list) / list.length : 0));
      }),
    'only the first visit of each episode',
  );
});

type Next = (rollout: Rollout, values: number[], t: number) => number;
const next: Next = ({ nextStates, terminated }, values, t) => (terminated[t] ? 0 : values[nextStates[t]]);
const anyEnd = ({ terminated, truncated }: Rollout, t: number) => terminated[t] || truncated[t];
/** Each mistake in what follows a step, and the beginning of its hint. */
const mistaken: [Next, string][] = [
  [({ nextStates }, values, t) => values[nextStates[t]], 'this bootstraps through termination'],
  [
    (rollout, values, t) => (anyEnd(rollout, t) ? 0 : values[rollout.nextStates[t]]),
    'this does not bootstrap at truncation',
  ],
  [
    ({ states, terminated }, values, t) => (terminated[t] ? 0 : (values[states[t + 1]] ?? 0)),
    'V(s_{t+1}) is taken from the next row',
  ],
  [
    (rollout, values, t) => (t === rollout.states.length - 1 ? 0 : next(rollout, values, t)),
    'the value after the last step is missing',
  ],
  [
    (rollout, values, t) =>
      anyEnd(rollout, t) || t === rollout.states.length - 1 ? 0 : values[rollout.nextStates[t]],
    'this does not bootstrap where the steps are cut, at truncation and at the end',
  ],
  [({ states }, values, t) => values[states[t + 1]] ?? 0, 'V(s_{t+1}) is taken from the next row'],
];
const deltas = (rollout: Rollout, values: number[], gamma: number, following = next) =>
  rollout.rewards.map((r, t) => r + gamma * following(rollout, values, t) - values[rollout.states[t]]);

test('tdErrors', () => {
  const mine =
    (following = next) =>
    (rollout: Rollout, values: number[], gamma: number) =>
      deltas(rollout, values, gamma, following);
  passes('tdErrors', () => check.tdErrors(mine(), { cases: 200, seed: 7 }));
  const says = (wrong: ReturnType<typeof mine>, hint: string) =>
    hints('tdErrors', () => check.tdErrors(wrong), hint);
  for (const [following, hint] of mistaken) says(mine(following), hint);
  says((rollout, values) => deltas(rollout, values, 1), 'the discount is missing');
  says(
    (rollout, values, gamma) => deltas(rollout, values, gamma).map((x, t) => x + values[rollout.states[t]]),
    'V(s_t) is not subtracted',
  );
  says((...args) => deltas(...args).map(x => -x), 'the sign is turned');
  assert.equal(
    verdict(() => check.tdErrors(mine(mistaken[0][0]))),
    'For rollout = { states: [0], actions: [0], rewards: [2], nextStates: [1], terminated: [true], truncated: [false] }, values = [1, 10], gamma = 0.5, tdErrors gives 6 at [0], expected 1. Hint: this bootstraps through termination: after a step that ended the task nothing follows, whatever V says of the state reached.',
  );
});

/** sum_k factor^k d_{t+k} over at most n terms, up to the first step that `stops`. */
const sums = (d: number[], factor: number, stops: (t: number) => boolean, n = Infinity) =>
  d.map((_, t) => {
    let sum = 0;
    for (let k = 0; k < n && t + k < d.length; k++) {
      sum += factor ** k * d[t + k];
      if (stops(t + k)) break;
    }
    return sum;
  });

test('nStepAdvantages', () => {
  const mine =
    ({
      following = next,
      factor = (gamma: number) => gamma,
      inner = (gamma: number) => gamma,
      stops = anyEnd,
      more = 0,
    }) =>
    (rollout: Rollout, values: number[], n: number, gamma: number) =>
      sums(deltas(rollout, values, inner(gamma), following), factor(gamma), t => stops(rollout, t), n + more);
  passes('nStepAdvantages', () => check.nStepAdvantages(mine({}), { cases: 200, seed: 7 }));
  const says = (variant: Parameters<typeof mine>[0], hint: string) =>
    hints('nStepAdvantages', () => check.nStepAdvantages(mine(variant)), hint);
  for (const [following, hint] of mistaken) says({ following }, hint);
  says({ factor: () => 1, inner: () => 1 }, 'the discount is missing');
  says({ factor: () => 1 }, 'the TD errors are summed without a discount');
  says({ stops: () => false }, 'this sums over the borders of episodes');
  says(
    { stops: ({ terminated }, t) => terminated[t] },
    'the sum stops at termination, but runs over truncation',
  );
  says({ more: 1 }, 'one reward too many');
  hints(
    'nStepAdvantages',
    () =>
      check.nStepAdvantages((rollout, values, n, gamma) =>
        mine({})(rollout, values, n, gamma).map((x, t) => x + values[rollout.states[t]]),
      ),
    'V(s_t) is not subtracted',
  );
});

test('nStepAdvantages as a sum of rewards and a value, not of TD errors', () => {
  passes('nStepAdvantages', () =>
    check.nStepAdvantages((rollout, values, n, gamma) =>
      rollout.states.map((s, t) => {
        let [sum, k] = [-values[s], 0];
        for (;;) {
          sum += gamma ** k * rollout.rewards[t + k];
          k++;
          if (k === n || t + k === rollout.states.length || anyEnd(rollout, t + k - 1))
            return sum + gamma ** k * next(rollout, values, t + k - 1);
        }
      }),
    ),
  );
});

test('gae', () => {
  const mine =
    ({
      following = next,
      factor = (gamma: number, lambda: number) => gamma * lambda,
      inner = (gamma: number) => gamma,
      stops = anyEnd,
    }) =>
    (rollout: Rollout, values: number[], gamma: number, lambda: number) =>
      sums(deltas(rollout, values, inner(gamma), following), factor(gamma, lambda), t => stops(rollout, t));
  passes('gae', () => check.gae(mine({}), { cases: 200, seed: 7 }));
  const says = (variant: Parameters<typeof mine>[0], hint: string) =>
    hints('gae', () => check.gae(mine(variant)), hint);
  for (const [following, hint] of mistaken) says({ following }, hint);
  says({ factor: gamma => gamma }, 'lambda is forgotten');
  says({ factor: (_gamma, lambda) => lambda }, 'the discount is missing in the sum');
  says({ inner: () => 1 }, 'the discount is missing in the TD errors');
  says({ factor: (_gamma, lambda) => lambda, inner: () => 1 }, 'the discount is missing: what comes');
  says({ stops: () => false }, 'this sums over the borders of episodes');
  says(
    { stops: ({ terminated }, t) => terminated[t] },
    'the sum stops at termination, but runs over truncation',
  );
  hints(
    'gae',
    () =>
      check.gae((rollout, values, gamma, lambda) =>
        mine({})(rollout, values, gamma, lambda).map((x, t) => x + values[rollout.states[t]]),
      ),
    'these are the targets',
  );
  says({ inner: gamma => gamma, factor: () => 0 }, 'these are the TD errors alone');
  for (const cut of [-1, 0])
    hints(
      'gae',
      () =>
        check.gae((rollout, values, gamma, lambda) => {
          let A = 0;
          return deltas(rollout, values, gamma).map((d, t) => {
            A = d + (anyEnd(rollout, t + cut) ? 0 : gamma * lambda * A);
            return A;
          });
        }),
      'the sum runs forwards',
    );
  const swapped = verdict(() =>
    check.gae((rollout, values, gamma, lambda) => mine({})(rollout, values, lambda, gamma)),
  );
  assert.match(swapped, /gamma = 0\.5, lambda = 0\.25, gae gives .* Hint: gamma and lambda are mixed up/);
  // The blend as it is defined, with weights that would go on for ever.
  hints(
    'gae',
    () =>
      check.gae((rollout, values, gamma, lambda) => {
        const d = deltas(rollout, values, gamma);
        return d.map((_, t) => {
          let [sum, advantage] = [0, 0];
          for (let n = 1; t + n <= d.length; n++) {
            advantage += gamma ** (n - 1) * d[t + n - 1];
            sum += (1 - lambda) * lambda ** (n - 1) * advantage;
            if (anyEnd(rollout, t + n - 1)) break;
          }
          return sum;
        });
      }),
    'the weights (1 - lambda) lambda^(n-1) sum to less than 1',
  );
});

test('criticGradient', () => {
  const mine =
    ({ following = next, through = false, by = (T: number, _visits: number) => T, sign = 1 }) =>
    (rollout: Rollout, values: number[], gamma: number) => {
      const { states, nextStates, terminated } = rollout;
      const g = values.map(() => 0);
      deltas(rollout, values, gamma, following).forEach((d, t) => {
        const visits = states.filter(s => s === states[t]).length;
        g[states[t]] -= (sign * d) / by(states.length, visits);
        if (through && !terminated[t]) g[nextStates[t]] += (sign * gamma * d) / by(states.length, visits);
      });
      return g;
    };
  passes('criticGradient', () => check.criticGradient(mine({}), { cases: 200, seed: 7 }));
  const says = (variant: Parameters<typeof mine>[0], hint: string) =>
    hints('criticGradient', () => check.criticGradient(mine(variant)), hint);
  says({ through: true }, 'this differentiates through the target');
  says({ sign: -1 }, 'the sign is turned');
  says({ by: () => 1 }, 'this is the sum over the steps');
  says({ sign: 2 }, 'twice too long');
  says({ by: (_T, visits) => visits }, 'this divides by the number of visits');
  for (const [following, hint] of mistaken.slice(0, 3)) says({ following }, hint);
});
