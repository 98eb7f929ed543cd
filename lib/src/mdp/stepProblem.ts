/** One step of majorize-maximize (./majorizeMaximize.ts): the policies that a step of any size leads to, and what is known of them. */

import { increasingRoot } from '../math/search';
import { square } from '../math/vectors';
import { klCoefficient, largest } from './improvementBound';
import { advantageGain, reachableStates } from './performanceDifference';
import type { TabularMDP } from './tabularMDP';

/** pi_{k+1} and how it was found. */
export interface Step {
  stepSize: number;
  objective: number;
  newPolicy: Float64Array;
}

/** f and k of one tilted distribution, and df/dh. */
interface Tilt {
  mean: number;
  variance: number;
  kl: number;
}

/** One step's maximisation: the rows (states, or groups of them) that can be tilted, their weights and advantages. */
export class StepProblem {
  /** The square root of the mean variance of the advantage under pi_k: the natural unit of 1 / h. */
  readonly spread: number;
  readonly grouped: boolean;
  private readonly rows: number;
  private readonly actions: number;
  /** The row of each state [S]. */
  private readonly rowOf: Int32Array;
  /** The sum of d^pi_k over a row's states [R]; 0 for rows that are never visited. */
  private readonly weight: Float64Array;
  /** pi_k of each row [R * A] */
  private readonly pi: Float64Array;
  /** The mean advantage of a row's states, of mean 0 under pi_k [R * A]. */
  private readonly advantage: Float64Array;
  /** The largest of these among the actions that pi_k takes [R]. */
  private readonly top: Float64Array;
  /** The largest in absolute value among them [R]. */
  private readonly reach: Float64Array;
  /** Where `capped` found its e, as a share of the largest, and its capped rows' steps [R]: where to begin next time. */
  private lastShare = 0.5;
  private readonly lastSteps: Float64Array;
  /** The tilted distribution computed last [A]. */
  private readonly tilted: Float64Array;

  constructor(
    private readonly mdp: TabularMDP,
    private readonly policy: Float64Array,
    d: Float64Array,
    private readonly A: Float64Array,
    readonly gamma: number,
    groups?: Int32Array,
  ) {
    const { states: S, actions } = mdp;
    this.grouped = groups !== undefined;
    this.actions = actions;
    this.rowOf = groups ?? Int32Array.from({ length: S }, (_, s) => s);
    this.rows = 1 + this.rowOf.reduce((last, row) => Math.max(last, row), 0);
    this.weight = new Float64Array(this.rows);
    this.pi = new Float64Array(this.rows * actions);
    this.advantage = new Float64Array(this.rows * actions);
    this.top = new Float64Array(this.rows).fill(-Infinity);
    this.reach = new Float64Array(this.rows);
    this.tilted = new Float64Array(actions);
    this.lastSteps = new Float64Array(this.rows);
    const visited = reachableStates(mdp, policy);
    for (let s = 0; s < S; s++) {
      if (mdp.terminal[s] || !visited[s] || d[s] === 0) continue;
      const row = this.rowOf[s];
      this.weight[row] += d[s];
      for (let a = 0; a < actions; a++) {
        this.pi[row * actions + a] = policy[s * actions + a];
        this.advantage[row * actions + a] += d[s] * A[s * actions + a];
      }
    }
    let variance = 0;
    for (let row = 0; row < this.rows; row++) {
      if (this.weight[row] === 0) continue;
      const first = row * actions;
      let mean = 0; // 0 but for rounding
      for (let i = first; i < first + actions; i++) {
        this.advantage[i] /= this.weight[row];
        mean += this.pi[i] * this.advantage[i];
      }
      for (let i = first; i < first + actions; i++) {
        this.advantage[i] -= mean;
        if (this.pi[i] === 0) continue;
        this.top[row] = Math.max(this.top[row], this.advantage[i]);
        this.reach[row] = Math.max(this.reach[row], Math.abs(this.advantage[i]));
        variance += this.weight[row] * this.pi[i] * square(this.advantage[i]);
      }
    }
    this.spread = Math.sqrt(variance);
  }

  /** max |A^pi_k(s,a)| over the actions that pi_k takes: no epsilon(pi') of finite divergence exceeds it. */
  largestAdvantage(): number {
    return largest(this.A.filter((_, pair) => this.policy[pair] > 0));
  }

  /** The step that leaves everything as it was. */
  stay(): Step {
    return { stepSize: 0, objective: 0, newPolicy: this.policy };
  }

  /** The step with the same h in all rows. */
  uniformStep(h: number, objective: number): Step {
    return { stepSize: h, objective, newPolicy: this.policyOf(this.weight.map(() => h)) };
  }

  /** L and K with the same h in all rows, and dK/dh. */
  totals(h: number): { surrogate: number; kl: number; klSlope: number } {
    let mean = 0;
    let kl = 0;
    let variance = 0;
    for (let row = 0; row < this.rows; row++) {
      if (this.weight[row] === 0) continue;
      const tilt = this.tilt(row, h);
      mean += this.weight[row] * tilt.mean;
      kl += this.weight[row] * tilt.kl;
      variance += this.weight[row] * tilt.variance;
    }
    return { surrogate: mean / (1 - this.gamma), kl, klSlope: h * variance };
  }

  /** The h of the trust region: K(h) = delta, or Infinity if K never gets there. */
  stepWithin(delta: number): number {
    if (this.totals(Infinity).kl <= delta) return Infinity;
    let high = Math.sqrt(2 * delta) / this.spread; // K = h^2 spread^2 / 2 for small h
    while (this.totals(high).kl < delta) high *= 2;
    return increasingRoot(
      h => {
        const { kl, klSlope } = this.totals(h);
        return [kl - delta, klSlope];
      },
      0,
      high,
      high,
    );
  }

  /** L - C sqrt(K) with the exact epsilon, the same h in all rows. */
  boundOfUniform(h: number): number {
    const { surrogate, kl } = this.totals(h);
    const newPolicy = this.policyOf(this.weight.map(() => h));
    const epsilon = largest(advantageGain(this.mdp, this.A, this.policy, newPolicy));
    return surrogate - klCoefficient(this.gamma) * epsilon * Math.sqrt(kl);
  }

  /**
   * The best step of 'bound' for a given h: h in the rows whose expected advantage stays below e, less where it would
   * exceed it, with the e that balances what the rows gain against what epsilon = e costs:
   *   sum over capped rows of weight (1 - h_s / h) = 2 kappa^2 h e,    kappa = gamma / (sqrt(2) (1-gamma)).
   * The left side falls in e and the right side rises.
   */
  capped(h: number): { value: number; steps: Float64Array } {
    const steps = this.weight.map(weight => (weight > 0 ? h : 0));
    const free = steps.map((step, row) => (step > 0 ? this.tilt(row, h).mean : 0));
    const most = largest(free);
    const cost = square(this.gamma / (1 - this.gamma)) * h;
    const imbalance = (e: number): [number, number] => {
      let value = cost * e;
      let slope = cost;
      for (let row = 0; row < this.rows; row++) {
        if (free[row] <= e) {
          if (this.weight[row] > 0) steps[row] = h;
          continue;
        }
        const start = this.lastSteps[row] < h ? this.lastSteps[row] : (h * e) / free[row];
        this.lastSteps[row] = steps[row] = increasingRoot(
          step => {
            const { mean, variance } = this.tilt(row, step);
            return [mean - e, variance];
          },
          0,
          h,
          start,
        );
        value -= this.weight[row] * (1 - steps[row] / h);
        slope += this.weight[row] / (h * this.tilt(row, steps[row]).variance);
      }
      return [value, slope];
    };
    const e = increasingRoot(imbalance, 0, most, this.lastShare * most);
    imbalance(e);
    this.lastShare = e / most;

    let mean = 0;
    let kl = 0;
    let epsilon = 0;
    for (let row = 0; row < this.rows; row++) {
      if (this.weight[row] === 0) continue;
      const tilt = this.tilt(row, steps[row]);
      mean += this.weight[row] * tilt.mean;
      kl += this.weight[row] * tilt.kl;
      epsilon = Math.max(epsilon, tilt.mean);
    }
    return {
      value: mean / (1 - this.gamma) - klCoefficient(this.gamma) * epsilon * Math.sqrt(kl),
      steps,
    };
  }

  /** The policy with the given h in each row, a new table [S * A]. */
  policyOf(steps: Float64Array): Float64Array {
    const newPolicy = this.policy.slice();
    for (let row = 0; row < this.rows; row++) {
      if (this.weight[row] === 0 || steps[row] === 0) continue;
      this.tilt(row, steps[row]);
      for (let s = 0; s < this.mdp.states; s++)
        if (this.rowOf[s] === row) newPolicy.set(this.tilted, s * this.actions);
    }
    return newPolicy;
  }

  /**
   * Computes pi_h of a row, in `tilted`, and its moments. Exponents are h (A - reference): with the reference 0 for small h,
   * and the best advantage for large h, so that nothing overflows. As long as Z = E[exp(h (A - reference))] is not small,
   * Z and E[A] come from sums of pi (exp - 1), which keep the digits of quantities of the order h^2 and those of
   * distributions that are almost certain.
   */
  private tilt(row: number, h: number): Tilt {
    const { actions, pi, advantage, tilted } = this;
    const first = row * actions;
    const reference = h * this.reach[row] < 1 ? 0 : this.top[row];
    let sum = 0;
    let directMean = 0;
    let growth = 0;
    let meanGrowth = 0;
    for (let a = 0; a < actions; a++) {
      const p = pi[first + a];
      const gain = advantage[first + a];
      const exponent = p === 0 || gain === reference ? 0 : h * (gain - reference);
      const change = Math.expm1(exponent);
      tilted[a] = p * (change > -0.5 ? 1 + change : Math.exp(exponent));
      sum += tilted[a];
      directMean += tilted[a] * gain;
      growth += p * change;
      meanGrowth += p * change * gain; // sum of pi A is 0
    }
    const precise = growth > -0.5;
    const mean = precise ? meanGrowth / (1 + growth) : directMean / sum;
    let variance = 0;
    let tiltedExponent = 0; // E[h (A - reference)] under pi_h
    for (let a = 0; a < actions; a++) {
      tilted[a] /= sum; // never less than one of its terms: no probability rounds to more than 1
      if (tilted[a] === 0) continue;
      const gain = advantage[first + a];
      variance += tilted[a] * square(gain - mean);
      if (gain !== reference) tiltedExponent += tilted[a] * h * (gain - reference);
    }
    const logZ = precise ? Math.log1p(growth) : Math.log(sum);
    const kl = (reference === 0 ? h * mean : tiltedExponent) - logZ;
    return { mean, variance, kl: Math.max(0, kl) };
  }
}
