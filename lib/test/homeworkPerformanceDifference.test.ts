/** The checks of homework 3: right functions pass, and each mistake that people make is named. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, solvePolicy, type TabularMDP } from 'pglab';
import { verdict } from './verdict';

type Table = Float64Array;
type Vector = ArrayLike<number>;

/** Each right function passes, and each wrong one gets its hint. */
function exercise<F>(
  name: string,
  run: (mine: F) => void,
  right: readonly F[],
  wrong: readonly (readonly [hint: RegExp, made: F])[],
): void {
  test(`${name}: right functions`, () => {
    for (const mine of right)
      assert.match(
        verdict(() => run(mine)),
        /: right on \d+ hand-sized and 40 random cases\.$/,
      );
  });
  test(`${name}: ${wrong.length} mistakes, each with its hint`, () => {
    for (const [hint, made] of wrong) {
      const said = verdict(() => run(made));
      assert.match(said, hint);
      assert.ok(said.includes(name), said);
    }
  });
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** Where probability goes in one step: from p [S] to the next [S]. */
function flow({ states: S, actions: A, transition }: TabularMDP, pi: Vector, p: number[]): number[] {
  const next = new Array<number>(S).fill(0);
  for (let s = 0; s < S; s++)
    for (let a = 0; a < A; a++)
      for (let to = 0; to < S; to++) next[to] += p[s] * pi[s * A + a] * transition[(s * A + a) * S + to];
  return next;
}

/** sum_t weight(t) P(s_t = s), until the discount has faded. */
function visits(mdp: TabularMDP, pi: Vector, weight: (t: number) => number, start = 0): number[] {
  let p = Array.from(mdp.initial);
  for (let t = 0; t < start; t++) p = flow(mdp, pi, p);
  const d = p.map(() => 0);
  for (let t = 0; t < 900; t++) {
    p.forEach((value, s) => {
      d[s] += weight(t) * value;
    });
    p = flow(mdp, pi, p);
  }
  return d;
}

const distribution = (mdp: TabularMDP, pi: Vector) => visits(mdp, pi, t => (1 - mdp.gamma) * mdp.gamma ** t);

exercise(
  'stateDistribution',
  check.stateDistribution,
  [distribution],
  [
    [/Hint: d\^pi is not normalised/, (mdp, pi) => visits(mdp, pi, t => mdp.gamma ** t)],
    [
      /Hint: the discount is missing: this is where the policy is in the long run/,
      (mdp, pi) => {
        let p = Array.from(mdp.initial);
        for (let t = 0; t < 4000; t++) p = flow(mdp, pi, p);
        return p;
      },
    ],
    [
      /Hint: the transition matrix is the wrong way round/,
      (mdp, pi) => {
        const { states: S, actions: A, transition } = mdp;
        const start = Array.from(mdp.initial, mu => (1 - mdp.gamma) * mu);
        let d = start;
        for (let i = 0; i < 900; i++) {
          const before = d;
          d = start.map((mu, s) => {
            let sum = mu;
            for (let a = 0; a < A; a++)
              for (let to = 0; to < S; to++)
                sum += mdp.gamma * pi[s * A + a] * transition[(s * A + a) * S + to] * before[to];
            return sum;
          });
        }
        return d;
      },
    ],
    [
      /Hint: gamma and 1 - gamma are mixed up/,
      (mdp, pi) => visits(mdp, pi, t => mdp.gamma * (1 - mdp.gamma) ** t),
    ],
    [
      /Hint: time begins one step late/,
      (mdp, pi) => visits(mdp, pi, t => (1 - mdp.gamma) * mdp.gamma ** t, 1),
    ],
    [
      /Hint: time begins one step late/,
      (mdp, pi) => visits(mdp, pi, t => (1 - mdp.gamma) * mdp.gamma ** (t + 1), 1),
    ],
    [
      /Hint: the policy does not enter/,
      (mdp, pi) =>
        distribution(
          mdp,
          Array.from(pi, () => 1 / mdp.actions),
        ),
    ],
    [
      /For the MDP 'stay or go' \(S = 2, A = 2, gamma = 0\.5, transition = .*\), pi = \[0\.5, 0\.5, 0\.5, 0\.5\], stateDistribution gives a list of length 1/,
      () => [1],
    ],
    [
      /^not implemented yet: stateDistribution$/,
      () => {
        throw new Error('not implemented yet: stateDistribution');
      },
    ],
  ],
);

test('a function may spoil the MDP that it is given: its check still knows the right answers', () => {
  const spoil = (mdp: TabularMDP) => {
    mdp.transition.fill(0);
    mdp.initial.fill(0);
    mdp.reward.fill(0);
  };
  const right = (mdp: TabularMDP, pi: Vector) => {
    const d = distribution(mdp, pi);
    spoil(mdp);
    return d;
  };
  const wrong = (mdp: TabularMDP, pi: Vector) => {
    spoil(mdp);
    return distribution(mdp, pi);
  };
  const passes = /^stateDistribution: right on/;
  assert.match(
    verdict(() => check.stateDistribution(right)),
    passes,
  );
  assert.match(
    verdict(() => check.stateDistribution(wrong)),
    /stateDistribution gives 0 at \[0\], expected/,
  );
  assert.match(
    verdict(() => check.stateDistribution(distribution)),
    passes,
  );
  const spoiling = (mdp: TabularMDP, pi: Table, newPi: Table) => {
    const L = average(mdp, distribution(mdp, pi), k => newPi[k], A(mdp, pi));
    spoil(mdp);
    return L;
  };
  for (let time = 0; time < 2; time++)
    assert.match(
      verdict(() => check.surrogate(spoiling)),
      /^surrogate: right on/,
    );
});

type Of = (mdp: TabularMDP, pi: Table, newPi: Table) => number;
const A = (mdp: TabularMDP, pi: Vector) => solvePolicy(mdp, pi).A;
/** sum_s d(s) sum_a w(s,a) x(s,a), over 1 - gamma to a power. */
function average(mdp: TabularMDP, d: number[], w: (k: number) => number, x: Vector, power = 1): number {
  let sum = 0;
  for (let s = 0; s < mdp.states; s++)
    for (let a = 0; a < mdp.actions; a++) sum += d[s] * w(s * mdp.actions + a) * x[s * mdp.actions + a];
  return sum / (1 - mdp.gamma) ** power;
}

exercise<Of>(
  'lemmaRightSide',
  check.lemmaRightSide,
  [(mdp, pi, newPi) => average(mdp, distribution(mdp, newPi), k => newPi[k], A(mdp, pi))],
  [
    [/Hint: this is 0 for any two policies: .* or nothing was added up at all/, () => 0],
    [
      /Hint: this is 0 for any two policies: it takes the advantage of the new policy/,
      (mdp, _pi, newPi) => average(mdp, distribution(mdp, newPi), k => newPi[k], A(mdp, newPi)),
    ],
    [
      /Hint: this is 0 for any two policies: .* draws actions from the old one/,
      (mdp, pi, newPi) => average(mdp, distribution(mdp, newPi), k => pi[k], A(mdp, pi)),
    ],
    [
      /Hint: the states are those of the old policy: this is the surrogate/,
      (mdp, pi, newPi) => average(mdp, distribution(mdp, pi), k => newPi[k], A(mdp, pi)),
    ],
    [
      /Hint: the two policies have changed roles/,
      (mdp, pi, newPi) => average(mdp, distribution(mdp, pi), k => pi[k], A(mdp, newPi)),
    ],
    [
      /Hint: the factor 1\/\(1-gamma\) is missing/,
      (mdp, pi, newPi) => average(mdp, distribution(mdp, newPi), k => newPi[k], A(mdp, pi), 0),
    ],
    [
      /Hint: multiplied by 1 - gamma/,
      (mdp, pi, newPi) => average(mdp, distribution(mdp, newPi), k => newPi[k], A(mdp, pi), -1),
    ],
    [
      /Hint: this takes Q\^pi where the advantage/,
      (mdp, pi, newPi) => average(mdp, distribution(mdp, newPi), k => newPi[k], solvePolicy(mdp, pi).Q),
    ],
  ],
);

exercise<Of>(
  'surrogate',
  check.surrogate,
  [(mdp, pi, newPi) => average(mdp, distribution(mdp, pi), k => pi[k] * (newPi[k] / pi[k]), A(mdp, pi))],
  [
    [
      /Hint: this is 0 for any two policies: it takes the advantage of the new policy/,
      (mdp, pi, newPi) => average(mdp, distribution(mdp, pi), k => newPi[k], A(mdp, newPi)),
    ],
    [
      /Hint: this is 0 for any two policies: .* without a ratio/,
      (mdp, pi) => average(mdp, distribution(mdp, pi), k => pi[k], A(mdp, pi)),
    ],
    [
      /Hint: the states are those of the new policy: this is the lemma itself/,
      (mdp, pi, newPi) => average(mdp, distribution(mdp, newPi), k => newPi[k], A(mdp, pi)),
    ],
    [
      /Hint: the factor 1\/\(1-gamma\) is missing/,
      (mdp, pi, newPi) => average(mdp, distribution(mdp, pi), k => newPi[k], A(mdp, pi), 0),
    ],
    [
      /Hint: multiplied by 1 - gamma/,
      (mdp, pi, newPi) => average(mdp, distribution(mdp, pi), k => newPi[k], A(mdp, pi), -1),
    ],
    [
      /Hint: the ratio is upside down/,
      (mdp, pi, newPi) => average(mdp, distribution(mdp, pi), k => pi[k] * (pi[k] / newPi[k]), A(mdp, pi)),
    ],
    [
      /Hint: the ratio and actions of the new policy are used both/,
      (mdp, pi, newPi) => average(mdp, distribution(mdp, pi), k => newPi[k] * (newPi[k] / pi[k]), A(mdp, pi)),
    ],
    [
      /Hint: the ratio is there, but actions are summed/,
      (mdp, pi, newPi) => average(mdp, distribution(mdp, pi), k => newPi[k] / pi[k], A(mdp, pi)),
    ],
    [
      /Hint: this takes Q\^pi/,
      (mdp, pi, newPi) => average(mdp, distribution(mdp, pi), k => newPi[k], solvePolicy(mdp, pi).Q),
    ],
  ],
);

/** d(s) w(s,a) (x(s,a) - mean) / (1 - gamma), the mean over w. */
function logits(mdp: TabularMDP, d: number[], w: Vector, x: Vector, power = 1, centred = 1): number[] {
  const row = (k: number) => range(mdp.actions).map(a => k - (k % mdp.actions) + a);
  return range(mdp.states * mdp.actions).map(k => {
    const center = row(k).reduce((sum, j) => sum + w[j] * x[j], 0);
    const s = Math.floor(k / mdp.actions);
    return (d[s] * w[k] * (x[k] - centred * center)) / (1 - mdp.gamma) ** power;
  });
}

exercise<(mdp: TabularMDP, pi: Table, newPi: Table) => Vector>(
  'surrogateGradient',
  check.surrogateGradient,
  [(mdp, pi, newPi) => logits(mdp, distribution(mdp, pi), newPi, A(mdp, pi))],
  [
    [
      /Hint: the sign is turned round/,
      (mdp, pi, newPi) => logits(mdp, distribution(mdp, pi), newPi, A(mdp, pi)).map(g => -g),
    ],
    [
      /Hint: the advantage is that of the new policy: this is the policy gradient at pi'/,
      (mdp, _pi, newPi) => logits(mdp, distribution(mdp, newPi), newPi, A(mdp, newPi)),
    ],
    [
      /Hint: the advantage is that of the new policy, and only the states/,
      (mdp, pi, newPi) => logits(mdp, distribution(mdp, pi), newPi, A(mdp, newPi)),
    ],
    [
      /Hint: the states are those of the new policy/,
      (mdp, pi, newPi) => logits(mdp, distribution(mdp, newPi), newPi, A(mdp, pi)),
    ],
    [
      /Hint: this is the gradient at pi itself/,
      (mdp, pi) => logits(mdp, distribution(mdp, pi), pi, A(mdp, pi)),
    ],
    [
      /Hint: the factor 1\/\(1-gamma\) is missing/,
      (mdp, pi, newPi) => logits(mdp, distribution(mdp, pi), newPi, A(mdp, pi), 0),
    ],
    [
      /Hint: each logit moves only its own action/,
      (mdp, pi, newPi) => logits(mdp, distribution(mdp, pi), newPi, A(mdp, pi), 1, 0),
    ],
    [
      /Hint: the probability of the action is missing/,
      (mdp, pi, newPi) => logits(mdp, distribution(mdp, pi), newPi, A(mdp, pi)).map((g, k) => g / newPi[k]),
    ],
  ],
);

type Bounds = (mdp: TabularMDP, pi: Table, newPi: Table) => { low: number; high: number };
interface Changes {
  root?: (x: number) => number;
  rootInside?: boolean;
  forward?: boolean;
  two?: number;
  power?: number;
  gammaPower?: number;
  epsilon?: 'mean' | 'pairs';
  size?: (x: number) => number;
  atTheEnd?: boolean;
  states?: 'old' | 'new';
  sign?: number;
  center?: (L: number, J: number) => number;
}
/** Equation 8 with parts to change. */
const bounds =
  ({
    root = Math.sqrt,
    rootInside = false,
    forward = true,
    two = 2,
    power = 2,
    gammaPower = 1,
    epsilon = 'mean',
    size = Math.abs,
    atTheEnd = false,
    states = 'old',
    sign = 1,
    center = L => L,
  }: Changes = {}): Bounds =>
  (mdp, pi, newPi) => {
    const advantage = A(mdp, pi);
    const d = distribution(mdp, pi);
    const rows = range(mdp.states).map(s => range(mdp.actions).map(a => s * mdp.actions + a));
    const means = rows.map(row => row.reduce((sum, k) => sum + newPi[k] * advantage[k], 0));
    const largest = Math.max(...(epsilon === 'mean' ? means : Array.from(advantage)).map(size));
    const [p, q] = forward ? [newPi, pi] : [pi, newPi];
    const kl = rows.map((row, s) =>
      mdp.terminal[s] && !atTheEnd ? 0 : row.reduce((sum, k) => sum + p[k] * Math.log(p[k] / q[k]), 0),
    );
    const from = states === 'old' ? d : distribution(mdp, newPi);
    const distance = rootInside
      ? from.reduce((sum, ds, s) => sum + ds * Math.sqrt(Math.max(0, kl[s])), 0)
      : root(
          Math.max(
            0,
            from.reduce((sum, ds, s) => sum + ds * kl[s], 0),
          ),
        );
    const C = (Math.sqrt(two) * mdp.gamma ** gammaPower * largest) / (1 - mdp.gamma) ** power;
    const L = average(mdp, d, k => newPi[k], advantage);
    const middle = center(L, solvePolicy(mdp, pi).J);
    return { low: middle - sign * C * distance, high: middle + sign * C * distance };
  };

exercise<Bounds>(
  'improvementBounds',
  check.improvementBounds,
  [bounds()],
  [
    [/Hint: the bound has the wrong sign/, bounds({ sign: -1 })],
    [/Hint: the square root is forgotten/, bounds({ root: x => x })],
    [/Hint: the KL divergence is taken in the other direction/, bounds({ forward: false })],
    [/Hint: the factor sqrt\(2\) of C is missing/, bounds({ two: 1 })],
    [/Hint: C divides by 1 - gamma where its square is meant/, bounds({ power: 1 })],
    [/Hint: the factor gamma of C is missing/, bounds({ gammaPower: 0 })],
    [/Hint: epsilon is the largest \|A\^pi\(s,a\)\| here/, bounds({ epsilon: 'pairs' })],
    [
      /newPi = \[0\.5, 0\.5, 0\.25, 0\.75\], improvementBounds .*Hint: epsilon is the largest mean here, not/,
      bounds({ size: x => x }),
    ],
    [/Hint: epsilon is the largest mean here, not/, bounds({ size: x => Math.max(0, x) })],
    [/'Corridor'.* Hint: the divergence in terminal states is counted/, bounds({ atTheEnd: true })],
    [/Hint: the states of the divergence are those of the new policy/, bounds({ states: 'new' })],
    [/Hint: the root is taken in each state/, bounds({ rootInside: true })],
    [/Hint: these are bounds on J\(pi'\)/, bounds({ center: (L, J) => L + J })],
    [/Hint: this is centred on 0/, bounds({ center: () => 0 })],
    [
      /gives nothing at high, but must give a number/,
      ((...args: Parameters<Bounds>) => ({ low: bounds()(...args).low })) as never,
    ],
  ],
);

type Var = (P: number[], Q: number[], f: number[], N: number) => number;
const E = (D: number[], g: (x: number) => number) => D.reduce((sum, p, x) => sum + p * g(x), 0);
const second = (P: number[], Q: number[], f: number[]) => E(P, x => (P[x] / Q[x]) * f[x] ** 2);
exercise<Var>(
  'importanceVariance',
  check.importanceVariance,
  [(P, Q, f, N) => (second(P, Q, f) - E(P, x => f[x]) ** 2) / N],
  [
    [/Hint: the squared mean is not subtracted/, (P, Q, f, N) => second(P, Q, f) / N],
    [/Hint: the number of draws N is missing/, (P, Q, f) => second(P, Q, f) - E(P, x => f[x]) ** 2],
    [
      /Hint: the division by N is wrong: .* N - 1/,
      (P, Q, f, N) => (second(P, Q, f) - E(P, x => f[x]) ** 2) / Math.max(1, N - 1),
    ],
    [
      /Hint: the division by N is wrong: only the second moment/,
      (P, Q, f, N) => second(P, Q, f) / N - E(P, x => f[x]) ** 2,
    ],
    [
      /Hint: the division by N is wrong: .* not 1\/N\^2/,
      (P, Q, f, N) => (second(P, Q, f) - E(P, x => f[x]) ** 2) / N / N,
    ],
    [
      /Hint: the mean that is squared is taken under Q/,
      (P, Q, f, N) => (second(P, Q, f) - E(Q, x => f[x]) ** 2) / N,
    ],
    [
      /Hint: the mean is subtracted without its square/,
      (P, Q, f, N) => (second(P, Q, f) - E(P, x => f[x])) / N,
    ],
    [
      /Hint: the weight is missing in the second moment/,
      (P, Q, f, N) => (E(Q, x => (P[x] / Q[x]) * f[x] ** 2) - E(P, x => f[x]) ** 2) / N,
    ],
  ],
);

type Estimate = (ratios: number[][], rewards: number[][], gamma: number) => number;
/** The mean over trajectories of the discounted weighted rewards. */
const estimate =
  (
    weight: (ratios: number[], t: number) => number,
    scale: (ratios: number[][]) => number = r => 1 / r.length,
  ): Estimate =>
  (ratios, rewards, gamma) => {
    let sum = 0;
    rewards.forEach((row, i) => {
      row.forEach((reward, t) => {
        sum += gamma ** t * weight(ratios[i], t) * reward;
      });
    });
    return sum * scale(ratios);
  };
const product = (list: number[]) => list.reduce((w, r) => w * r, 1);
const prefix = (ratios: number[], t: number) => product(ratios.slice(0, t + 1));
exercise<Estimate>(
  'perDecisionEstimate',
  check.perDecisionEstimate,
  [estimate(prefix)],
  [
    [/Hint: the product runs over the whole trajectory/, estimate(product)],
    [/Hint: only the ratio of the step itself/, estimate((ratios, t) => ratios[t])],
    [/Hint: the ratios are missing/, estimate(() => 1)],
    [/Hint: the product ends one step early/, estimate((ratios, t) => prefix(ratios, t - 1))],
    [/Hint: the discount is missing/, (ratios, rewards) => estimate(prefix)(ratios, rewards, 1)],
    [/Hint: the sum over trajectories is not divided/, estimate(prefix, () => 1)],
    [/Hint: the sum is divided by the number of steps/, estimate(prefix, ratios => 1 / ratios.flat().length)],
    [
      /ratios = \[\[2, 3\], \[0\.5\]\], .*Hint: the product of one trajectory runs on/,
      (ratios, rewards, gamma) => {
        let weight = 1;
        const weights = ratios.map(row => row.map(ratio => (weight *= ratio)));
        return estimate((row, t) => row[t])(weights, rewards, gamma);
      },
    ],
    [
      /Hint: the ratios are added up/,
      estimate((ratios, t) => ratios.slice(0, t + 1).reduce((sum, r) => sum + r, 0)),
    ],
  ],
);
