/**
 * Majorize-maximize on a tabular MDP (lecture 6, "Monotonic Improvement Theory", equation 11): from pi_k, maximise a lower
 * bound on J(pi') - J(pi_k) over pi', and go there. With L, C, epsilon and d as in improvementBound.ts and
 * K(pi') = E_{s ~ d^pi_k}[D_KL(pi'||pi_k)[s]], the rules are
 *
 *   'bound'         pi_{k+1} = argmax L(pi') - C(pi') sqrt(K(pi')),    C = sqrt(2) gamma epsilon(pi') / (1-gamma)^2      (11)
 *   'penalty'       pi_{k+1} = argmax L(pi') - beta K(pi'),  or with sqrt(K), beta a number that one tunes
 *   'trust-region'  pi_{k+1} = argmax L(pi')  subject to  K(pi') <= delta
 *
 * The guarantee of 'bound': pi_k itself is allowed and scores 0, so the maximum is at least 0; the maximised quantity is
 * at most J(pi') - J(pi_k); so J(pi_{k+1}) >= J(pi_k). It does not need the very maximum: any pi' that scores at least 0
 * improves, and a step that does not is refused here. Nor does it need all policies: with `groups`, states that share a
 * group must share a distribution (state aggregation, the simplest restricted class), and the argument stands.
 *
 * Two things that the slides leave open, both of which one can see here.
 *
 * 1. C must follow pi'. Replace epsilon(pi') by its largest possible value, E = max_{s,a} |A^pi(s,a)|, as one would to
 *    have a constant (option epsilon: 'worst-case'). For gamma >= 1/2 the argmax is then pi_k itself, whatever the MDP:
 *      L(pi') = 1/(1-gamma) E_d[sum_a (pi' - pi_k) A] <= 2E/(1-gamma) E_d[D_TV] <= sqrt(2) E/(1-gamma) sqrt(K) <= C sqrt(K).
 *    The bound has a kink at pi_k as steep as the surrogate. With epsilon(pi'), which goes to 0 as pi' goes to pi_k, the
 *    penalty is quadratic near pi_k and there is always a step, though one that shrinks like 1 - gamma.
 *
 * 2. Where every state has a distribution of its own, all three rules only ever raise the probability of better actions
 *    in each state, so E_{a ~ pi'}[A^pi_k(s,a)] >= 0 everywhere, and by the lemma J cannot fall, with or without the bound
 *    (the policy improvement theorem; what a loose penalty loses there is the bound, not J). In a restricted class a step
 *    that is better on average over d^pi_k can be worse in some states, which pi' may then visit more: J can fall under
 *    a small beta or a large delta, and never under 'bound'.
 *
 * The solver. Write f_s(h) and k_s(h) for the expected advantage and the divergence of the tilted distribution
 * pi_h(a|s) = pi_k(a|s) exp(h A(s,a)) / Z, which maximises E[A] - D_KL/h in state s. (A group counts as one state with the
 * weight and the mean advantage of its members.) In all states with the same h = step size, because the weights d(s)
 * of L and of K cancel:
 *   - 'penalty' with K: h = 1 / ((1-gamma) beta), closed form.
 *   - 'trust-region': K increases in h; K(h) = delta by a safeguarded Newton iteration, or h = Infinity (the best of the
 *     actions that pi_k takes) if even that stays within delta.
 *   - 'penalty' with sqrt(K), and 'bound' with the worst case: the maximiser has the largest L for its K, so it is one of
 *     the pi_h: a search over the one number h.
 *   - 'bound': the maximiser has the largest L for its K and its epsilon = e, a convex problem whose solution has
 *     h_s = min(h, the h at which f_s = e). For fixed h, the best e solves a scalar equation with one root (from
 *     e sqrt(K) = min over l of (l e^2 + K/l)/2, which makes the problem concave in pi' and e jointly; h fixes l), found by
 *     Newton; a search over h remains. With groups, the search is over the pi_h alone, the class to which the argument is
 *     applied, with the exact epsilon of each.
 * Searches scan h on a grid of ratio 2 that is extended while its best point is an end, and refine every local maximum
 * of it by golden section to a relative width of 1e-7, at which the objective, flat there, is exact to about 1e-14. Newton
 * iterations stop at 1e-13, relative. In states that pi_k does not visit nothing is changed.
 */

import {
  checkFinite,
  checkInteger,
  checkVector,
  fail,
  knownOptions,
  type OptionNames,
  show,
} from '../math/check';
import { dot } from '../math/linalg';
import { searchStep } from '../math/search';
import { solvePolicy } from './exact';
import { boundOfSolution, klCoefficient } from './improvementBound';
import { advantageGain, checkDiscounted } from './performanceDifference';
import { type Step, StepProblem } from './stepProblem';
import { checkMDP, type TabularMDP } from './tabularMDP';
import { type PolicyOrTable, policyTable, uniformTable } from './tabularPolicy';

/** How pi_{k+1} is chosen; see the top of this file. */
export type MajorizeMaximizeRule =
  | {
      /** Maximise the lower bound; see the top of this file. */
      rule: 'bound';
      /** 'exact' (default): C follows pi'. 'worst-case': a constant C made of max |A^pi|, which stands still for gamma >= 1/2. */
      epsilon?: 'exact' | 'worst-case';
    }
  | {
      /** Maximise the surrogate less a penalty on the divergence. */
      rule: 'penalty';
      /** beta > 0, the coefficient of the penalty; no guarantee. */
      beta: number;
      /** 'kl' (default): beta K. 'sqrt': beta sqrt(K), the bound's form with a coefficient of one's own. */
      form?: 'kl' | 'sqrt';
    }
  | {
      /** Maximise the surrogate within a divergence. */
      rule: 'trust-region';
      /** delta > 0, the largest K in nats. */
      delta: number;
    };

/** Options of `majorizeMaximize`. */
export type MajorizeMaximizeOptions = MajorizeMaximizeRule & {
  /** How many steps to take at most. */
  iterations: number;
  /** pi_0; uniform by default. An action of probability 0 keeps it, because the divergence is infinite otherwise. */
  initial?: PolicyOrTable;
  /** Instead of the MDP's own discount factor; from 0 up to but not including 1. */
  gamma?: number;
  /** [S] States with the same number share a distribution. Each has its own by default. */
  groups?: ArrayLike<number>;
};

const MAJORIZE_MAXIMIZE_OPTIONS: OptionNames<MajorizeMaximizeOptions> = {
  rule: 'required',
  epsilon: 'optional',
  iterations: 'required',
  initial: 'optional',
  gamma: 'optional',
  groups: 'optional',
  beta: 'optional',
  form: 'optional',
  delta: 'optional',
};

/** The step from pi_k to pi_{k+1}. */
export interface MajorizeMaximizeRecord {
  /** k, from 0 on. */
  iteration: number;
  /** J(pi_k) */
  J: number;
  /** J(pi_{k+1}) */
  newJ: number;
  /**
   * J(pi_{k+1}) - J(pi_k) by the performance difference lemma, which keeps its digits where the difference of two nearly
   * equal J would be rounding.
   */
  improvement: number;
  /** What the bound says that the improvement is at least, L - C sqrt(K) with the exact epsilon, under every rule. */
  guaranteed: number;
  /** What the rule maximised: L minus its penalty ('trust-region': L). */
  objective: number;
  /** L(pi_{k+1}) */
  surrogate: number;
  /** h, the tilt: pi_{k+1} = pi_k exp(h A) / Z, except where 'bound' caps it. 0: no step; Infinity: greedy. */
  stepSize: number;
  /** K(pi_{k+1}) in nats. */
  expectedKl: number;
  /** E_{s ~ d^pi_k}[D_TV] */
  expectedTv: number;
  /** max_s |E_{a ~ pi_{k+1}}[A^pi_k(s,a)]| */
  epsilon: number;
  /** C of that epsilon. */
  C: number;
}

/** What `majorizeMaximize` returns. */
export interface MajorizeMaximizeResult {
  /** The last policy, a table [S * A]. */
  policy: Float64Array;
  /** Its J. */
  J: number;
  /** One record for each step; fewer than `iterations` if it converged. */
  history: MajorizeMaximizeRecord[];
  /** Whether the rule chose to stay: the last record's step size is 0 or left every probability as it was. */
  converged: boolean;
}

/**
 * Runs pi_{k+1} = argmax of a lower bound, of a penalised surrogate, or of the surrogate within a trust region; see the
 * top of this file for the rules, the guarantee and the solver.
 * @throws RangeError for gamma = 1, coefficients that are not positive, or tables that do not fit
 */
export function majorizeMaximize(mdp: TabularMDP, options: MajorizeMaximizeOptions): MajorizeMaximizeResult {
  knownOptions('majorizeMaximize', options, MAJORIZE_MAXIMIZE_OPTIONS);
  const { iterations, gamma = checkMDP(mdp).gamma, initial } = options;
  checkInteger('iterations', iterations, 1);
  checkDiscounted(gamma);
  checkRule(options);
  let policy = initial ? policyTable(mdp, initial, 'initial') : uniformTable(mdp);
  const groups = options.groups ? checkGroups(mdp, options.groups, policy) : undefined;
  const history: MajorizeMaximizeRecord[] = [];
  let converged = false;
  let solution = solvePolicy(mdp, policy, { gamma });
  for (let iteration = 0; iteration < iterations && !converged; iteration++) {
    const { A, J } = solution;
    const problem = new StepProblem(mdp, policy, solution.d, A, gamma, groups);
    const { stepSize, objective, newPolicy } = chooseStep(problem, options);
    const { surrogate, expectedKl, expectedTv, epsilon, C, klBound } = boundOfSolution(
      mdp,
      policy,
      newPolicy,
      solution,
      gamma,
    );
    converged = newPolicy.every((p, pair) => p === policy[pair]);
    const previous = policy;
    policy = newPolicy;
    solution = solvePolicy(mdp, policy, { gamma });
    history.push({
      iteration,
      J,
      newJ: solution.J,
      improvement: dot(solution.visits, advantageGain(mdp, A, previous, policy)),
      guaranteed: klBound.improvementLow,
      objective,
      surrogate,
      stepSize,
      expectedKl,
      expectedTv,
      epsilon,
      C,
    });
  }
  return { policy, J: solution.J, history, converged };
}

function chooseStep(problem: StepProblem, options: MajorizeMaximizeRule): Step {
  const { gamma, spread } = problem;
  if (spread === 0) return problem.stay(); // no distribution that can be tilted, or no better action to tilt it to
  if (options.rule === 'bound' && gamma === 0)
    // L is exact, C is 0
    return problem.uniformStep(Infinity, problem.totals(Infinity).surrogate);
  if (options.rule === 'trust-region') {
    const h = problem.stepWithin(options.delta);
    return problem.uniformStep(h, problem.totals(h).surrogate);
  }
  if (options.rule === 'penalty' && options.form !== 'sqrt') {
    const h = 1 / ((1 - gamma) * options.beta);
    const { surrogate, kl } = problem.totals(h);
    return problem.uniformStep(h, surrogate - options.beta * kl);
  }
  if (options.rule === 'penalty' || options.epsilon === 'worst-case') {
    const factor =
      options.rule === 'penalty' ? options.beta : klCoefficient(gamma) * problem.largestAdvantage();
    const { h, value } = searchStep(step => {
      const { surrogate, kl } = problem.totals(step);
      return surrogate - factor * Math.sqrt(kl);
    }, 1 / spread);
    return value > 0 ? problem.uniformStep(h, value) : problem.stay();
  }
  const scale = (Math.SQRT2 * (1 - gamma)) / (gamma * spread);
  if (problem.grouped) {
    const { h, value } = searchStep(step => problem.boundOfUniform(step), scale, 1 / spread);
    return value > 0 ? problem.uniformStep(h, value) : problem.stay();
  }
  const { h, value } = searchStep(step => problem.capped(step).value, scale, 1 / spread);
  return value > 0
    ? { stepSize: h, objective: value, newPolicy: problem.policyOf(problem.capped(h).steps) }
    : problem.stay();
}

function checkRule(options: MajorizeMaximizeOptions): void {
  const positive = (name: string, value: number) => {
    checkFinite(name, value, 0);
    if (value === 0) fail(`${name} is 0, but must be above 0.`);
  };
  if (options.rule === 'penalty') {
    positive('beta', options.beta);
    if (options.form !== undefined && options.form !== 'kl' && options.form !== 'sqrt')
      fail(`form is ${show(options.form)}, but must be 'kl' or 'sqrt'.`);
  } else if (options.rule === 'trust-region') positive('delta', options.delta);
  else if (options.rule === 'bound') {
    if (options.epsilon !== undefined && options.epsilon !== 'exact' && options.epsilon !== 'worst-case')
      fail(`epsilon is ${show(options.epsilon)}, but must be 'exact' or 'worst-case'.`);
  } else
    fail(
      `rule is ${show((options as { rule: unknown }).rule)}, but must be 'bound', 'penalty' or 'trust-region'.`,
    );
}

/** The groups numbered 0, 1, ... [S]; the initial policy must already be one of the class. */
function checkGroups(mdp: TabularMDP, groups: ArrayLike<number>, policy: Float64Array): Int32Array {
  checkVector('groups', groups, mdp.states);
  const firstOf = new Map<number, number>();
  const numbered = new Int32Array(mdp.states);
  const names: number[] = [];
  for (let s = 0; s < mdp.states; s++) {
    if (!names.includes(groups[s])) names.push(groups[s]);
    numbered[s] = names.indexOf(groups[s]);
    if (mdp.terminal[s]) continue;
    const first = firstOf.get(groups[s]) ?? s;
    firstOf.set(groups[s], first);
    for (let a = 0; a < mdp.actions; a++)
      if (policy[s * mdp.actions + a] !== policy[first * mdp.actions + a])
        fail(
          `initial differs between states ${first} and ${s}, but must be the same in both, which share group ${groups[s]}.`,
        );
  }
  return numbered;
}
