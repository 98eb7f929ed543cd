/**
 * The exact moments of sums along a trajectory of a tabular MDP with a horizon, by a recursion backwards in time: what
 * `reinforceMoments`, `advantageMoments` and `advantageBiasVariance` have in common. A gradient estimate of one episode is
 *
 *   total return             g = R Psi                   R = sum_t gamma^t r_t,   Psi = sum_t psi_t
 *   temporal structure       g = sum_t c^t psi_t w_t     w_t = G_t - b(s_t), or a sum of the critic's TD errors
 *
 * with psi_t = grad log pi(a_t|s_t) in R^d and c = gamma, or 1 where steps are not weighted by gamma^t. Write R, Psi, w and X
 * for what the steps from t on contribute and a prime for the same from t + 1 on:
 *
 *   R = r + gamma R',    Psi = psi + Psi',    X = psi w + c X'
 *
 * Multiply out and take the expectation over a_t, r_t and s_{t+1}, and the second moments go one step back as well:
 *
 *   E[X X^T] = E[w^2] psi psi^T + c (psi E[w X']^T + E[w X'] psi^T) + c^2 E[X' X'^T]
 *
 * and likewise E[R^2 Psi Psi^T], for which all E[R^i Psi^j | s_t] with i, j <= 2 are carried. A matrix is kept as a list of
 * entries (i, j): the diagonal alone where variances will do, the lower triangle where the whole covariance is asked for.
 */

import { square } from '../math/vectors';
import type { TabularMDP } from './tabularMDP';

/** The size of g and the entries of its second moment that are kept. */
export interface Entries {
  /** d, the number of components of g; 0 for the weights w alone. */
  d: number;
  /** Entry q of a matrix is that of row[q] and column[q]. */
  row: Int32Array;
  column: Int32Array;
}

/** The diagonal of a d x d matrix. */
export function diagonal(d: number): Entries {
  const row = Int32Array.from({ length: d }, (_, k) => k);
  return { d, row, column: row };
}

/** The lower triangle of a symmetric d x d matrix. */
export function lowerTriangle(d: number): Entries {
  const row: number[] = [];
  const column: number[] = [];
  for (let i = 0; i < d; i++)
    for (let j = 0; j <= i; j++) {
      row.push(i);
      column.push(j);
    }
  return { d, row: Int32Array.from(row), column: Int32Array.from(column) };
}

/** What step t earns: r, or what a critic makes of it. */
export type Reward = (t: number, s: number, r: number, next: number) => number;

/** How joint moments go one step back in time. They lie in one array: numbers, vectors [d], matrices [entries]. */
export interface Recursion {
  /** How many numbers are carried. */
  count: number;
  /** The moments of an episode with no steps left. */
  atEnd: Float64Array;
  /** Where E[g] [d] and E[g g^T] [entries] begin among them. */
  gradient: readonly [number, number];
  /** Where the first two moments of what weighs the score are: E[w] and E[w^2]. */
  weight: readonly [number, number];
  /** out += p * (the moments from t on), given r, E[r^2] and psi of step t and the moments `after` from t + 1 on. */
  step(
    out: Float64Array,
    p: number,
    r: number,
    r2: number,
    psi: ArrayLike<number>,
    after: Float64Array,
    t: number,
    s: number,
  ): void;
}

/** Three blocks, i = 0, 1, 2, of E[R^i], E[R^i Psi] and E[R^i Psi Psi^T]. */
export function totalReturn({ d, row, column }: Entries, gamma: number): Recursion {
  const size = 1 + d + row.length;
  const atEnd = new Float64Array(3 * size);
  atEnd[0] = 1;
  const m1 = new Float64Array(d);
  return {
    count: 3 * size,
    atEnd,
    gradient: [size + 1, 2 * size + 1 + d],
    weight: [size, 2 * size],
    step(out, p, r, r2, psi, after) {
      for (let i = 0; i < 3; i++) {
        // E[R^i], E[R^i Psi'], E[R^i Psi' Psi'^T] are u, v and w times the blocks after, by R^i = (r + gamma R')^i
        const u = i === 0 ? 1 : i === 1 ? r : r2;
        const v = i === 0 ? 0 : i === 1 ? gamma : 2 * gamma * r;
        const w = i === 2 ? gamma * gamma : 0;
        const expand = (k: number) => u * after[k] + v * after[size + k] + w * after[2 * size + k];
        const m0 = expand(0);
        for (let k = 0; k < d; k++) m1[k] = expand(1 + k);
        const vector = i * size + 1;
        const matrix = vector + d;
        out[i * size] += p * m0;
        for (let k = 0; k < d; k++) out[vector + k] += p * (psi[k] * m0 + m1[k]);
        for (let q = 0; q < row.length; q++) {
          const x = row[q];
          const y = column[q];
          out[matrix + q] +=
            p * (psi[x] * psi[y] * m0 + (psi[x] * m1[y] + psi[y] * m1[x]) + expand(1 + d + q));
        }
      }
    },
  };
}

/** E[G], E[G^2], E[X], E[X G], E[X X^T] in this order, where X = psi (G - b) + c X'. */
export function rewardToGo(
  entries: Entries,
  gamma: number,
  c: number,
  b: (t: number, s: number) => number,
): Recursion {
  const { d } = entries;
  const [x, xg, xx] = [2, 2 + d, 2 + 2 * d];
  const count = xx + entries.row.length;
  const withX = new Float64Array(d);
  return {
    count,
    atEnd: new Float64Array(count),
    gradient: [x, xx],
    weight: [0, 1],
    step(out, p, r, r2, psi, after, t, s) {
      const [g, g2] = after;
      const base = b(t, s);
      const G = r + gamma * g;
      const G2 = r2 + 2 * gamma * r * g + gamma * gamma * g2;
      out[0] += p * G;
      out[1] += p * G2;
      for (let k = 0; k < d; k++) {
        const GX = r * after[x + k] + gamma * after[xg + k]; // E[G X']
        out[x + k] += p * (psi[k] * (G - base) + c * after[x + k]);
        out[xg + k] += p * (psi[k] * (G2 - base * G) + c * GX);
        withX[k] = GX - base * after[x + k];
      }
      addSecondMoment(entries, out, xx, p, psi, G2 - 2 * base * G + base * base, withX, c, after);
    },
  };
}

/**
 * Sums A^(j) = r + gamma A'^(j-1) of the next j rewards, j = 0 .. n (A^(0) = 0), and X = psi A^(n) + c X': E[A^(j)] at
 * index j, then E[A^(i) A^(j)] for i - j = 0, 1, ..., E[X], E[X A^(j)] for each j, E[X X^T]. A square follows from squares:
 * it is scores that tie windows of different lengths together, and without them i = j is enough.
 */
export function window(entries: Entries, n: number, gamma: number, c: number): Recursion {
  const { d } = entries;
  const w = n + 1;
  const lags = d > 0 ? w : 1;
  const x = w + lags * w;
  const xa = x + d;
  const xx = xa + w * d;
  const count = xx + entries.row.length;
  const withX = new Float64Array(d);
  return {
    count,
    atEnd: new Float64Array(count),
    gradient: [x, xx],
    weight: [n, w + n],
    step(out, p, r, r2, psi, after) {
      // E[A^(i) A^(j)] for j <= i, from 1 on
      const product = (i: number, j: number) =>
        r2 + gamma * r * (after[i - 1] + after[j - 1]) + gamma * gamma * after[w + (i - j) * w + j - 1];
      for (let j = 1; j <= n; j++) {
        out[j] += p * (r + gamma * after[j - 1]);
        for (let lag = 0; lag < lags && j + lag <= n; lag++) out[w + lag * w + j] += p * product(j + lag, j);
      }
      if (d === 0) return;
      for (let j = 1; j <= n; j++) {
        const square = product(n, j);
        for (let k = 0; k < d; k++) {
          withX[k] = r * after[x + k] + gamma * after[xa + (j - 1) * d + k]; // E[A^(j) X']
          out[xa + j * d + k] += p * (psi[k] * square + c * withX[k]);
        }
      }
      for (let k = 0; k < d; k++) out[x + k] += p * (psi[k] * (r + gamma * after[n - 1]) + c * after[x + k]);
      addSecondMoment(entries, out, xx, p, psi, product(n, n), withX, c, after);
    },
  };
}

/** E[X X^T] of X = psi w + c X' at `xx`, given E[w^2], E[w X'] and, in `after`, E[X' X'^T]. */
function addSecondMoment(
  { row, column }: Entries,
  out: Float64Array,
  xx: number,
  p: number,
  psi: ArrayLike<number>,
  squared: number,
  withX: Float64Array,
  c: number,
  after: Float64Array,
): void {
  const cc = c * c;
  for (let q = 0; q < row.length; q++) {
    const i = row[q];
    const j = column[q];
    out[xx + q] +=
      p * (psi[i] * psi[j] * squared + (c * psi[i] * withX[j] + c * psi[j] * withX[i]) + cc * after[xx + q]);
  }
}

/** out += p * the moments from t on given (s, a) = `pair`, the moments from t + 1 on being after[s']. */
export function addPair(
  mdp: TabularMDP,
  recursion: Recursion,
  reward: Reward,
  t: number,
  pair: number,
  psi: ArrayLike<number>,
  after: Float64Array[],
  p: number,
  out: Float64Array,
): void {
  const { actions, outcomeStart, outcomeProbability, outcomeNext, outcomeReward } = mdp;
  const s = Math.floor(pair / actions);
  const noise = mdp.rewardDeviation ? square(mdp.rewardDeviation[pair]) : 0;
  for (let o = outcomeStart[pair]; o < outcomeStart[pair + 1]; o++) {
    if (outcomeProbability[o] === 0) continue;
    const next = outcomeNext[o];
    const r = reward(t, s, outcomeReward[o], next);
    recursion.step(out, p * outcomeProbability[o], r, r * r + noise, psi, after[next], t, s);
  }
}
