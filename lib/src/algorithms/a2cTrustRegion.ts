/**
 * A2C with a trust region: actor-critic (./actorCritic.ts) whose updates are held near an average policy. It is one of the
 * methods in figure 3 of Schulman et al. 2017 (the lecture's "Empirical performance of PPO"). There, "A2C with trust region"
 * refers to Wang et al. 2016, "Sample efficient actor-critic with experience replay" (ACER, section 3.3). This file takes
 * the trust region from there, and not the replay.
 *
 *   phi_a <- alpha phi_a + (1 - alpha) theta                               the average policy, after each update
 *   g_b = A_b d log pi_theta(a_b|s_b) / dy_b + c dH / dy_b                  what step b asks of the network's outputs y_b
 *   k_b = d D_KL(pi_phi_a(.|s_b) || pi_theta(.|s_b)) / dy_b                 the way away from the average policy
 *
 *   z_b = arg min_z 1/2 |g_b - z|^2   subject to   k_b^T z <= delta         linear in z, so in closed form:
 *       = g_b - max(0, (k_b^T g_b - delta) / |k_b|^2) k_b
 *
 * z_b takes the place of g_b in backpropagation. The constraint holds for each step's gradient, in the space of the
 * network's outputs, and needs no second-order product. It bounds the rate at which an update leaves the average policy. It
 * does not bound the divergence of the update; TRPO (./trpo.ts) does. ACER measures in action probabilities; here the
 * outputs are logits, or means and log sigmas. alpha = 0.99 and delta = 1 are the paper's.
 */

import { checkFinite, checkVector, knownOptions, type OptionNames } from '../math/check';
import type { Policy } from '../policies/policy';
import {
  ACTOR_CRITIC_OPTIONS,
  type ActorCriticOptions,
  type ActorCriticRecord,
  type ActorCriticResult,
  type ActorUpdate,
  runActorCritic,
} from './actorCritic';
import type { WatchOptions } from './training';

/** Options of `a2cTrustRegion`. @experimental */
export interface A2cTrustRegionOptions<P extends Policy = Policy>
  extends Omit<ActorCriticOptions<P>, keyof WatchOptions<never>>,
    WatchOptions<A2cTrustRegionRecord> {
  /** delta, the most that k^T z of a step may be, in nats (0.1 to 2). */
  klRate?: number;
  /** alpha of the average policy (0.9 to 0.999). */
  averageDecay?: number;
}

const A2C_TRUST_REGION_OPTIONS: OptionNames<A2cTrustRegionOptions> = {
  ...ACTOR_CRITIC_OPTIONS,
  klRate: 'optional',
  averageDecay: 'optional',
};

/** What happened in one iteration. @experimental */
export interface A2cTrustRegionRecord extends ActorCriticRecord {
  /** Share of the steps whose gradient the constraint changed. */
  projectedFraction: number;
}

/** What `a2cTrustRegion` returns. @experimental */
export interface A2cTrustRegionResult<P extends Policy = Policy> extends ActorCriticResult<P> {
  /** One record for each iteration, from the first to the last. */
  history: A2cTrustRegionRecord[];
}

/**
 * Trains a policy by advantage actor-critic with a trust region. Rejects with a `TrainingError` like `actorCritic`.
 *
 * $$z_b = g_b - \max\Big( 0, \frac{k_b^\top g_b - \delta}{|k_b|^2} \Big) k_b$$
 *
 * @example
 * ```ts
 * import { a2cTrustRegion, cartPole, mlp, mlpPolicy, networkBaseline } from 'pglab';
 *
 * const env = cartPole();
 * const policy = mlpPolicy({ env, seed: 1 });
 * const critic = networkBaseline({ network: mlp({ inputs: 4, outputs: 1, seed: 2 }) });
 * const { history } = await a2cTrustRegion({ env, policy, critic, seed: 1, totalSteps: 5000 });
 * console.log(history.at(-1)?.projectedFraction);
 * ```
 * @experimental
 */
export async function a2cTrustRegion<P extends Policy>(
  options: A2cTrustRegionOptions<P>,
): Promise<A2cTrustRegionResult<P>> {
  const { klRate = 1, averageDecay = 0.99, ...rest } = knownOptions(NAME, options, A2C_TRUST_REGION_OPTIONS);
  checkFinite('klRate', klRate, 0);
  checkFinite('averageDecay', averageDecay, 0, 1);
  const result = await runActorCritic(rest as ActorCriticOptions<P>, NAME, {
    update: policy => nearAverage(policy, klRate, averageDecay),
    settings: { klRate, averageDecay },
  });
  return result as A2cTrustRegionResult<P>;
}

const NAME = 'a2cTrustRegion';

/** The projection, and the average policy that it measures from. */
function nearAverage({ network, head }: Policy, delta: number, alpha: number): ActorUpdate {
  const average = network.clone();
  const exact = Float64Array.from(network.parameters); // phi_a, whose small changes float32 would lose
  const { parameterSize: K } = head;
  return {
    get state(): Float64Array {
      return exact.slice();
    },
    set state(phi) {
      exact.set(checkVector('state.update', phi, exact.length));
      average.parameters.set(exact);
    },
    gradient({ observations, observationSize, rewards }, y, dY) {
      const { length: B } = rewards;
      const p = average.forward(observations, B, 0, observationSize);
      const k = new Float64Array(y.length);
      let projected = 0;
      for (let row = 0; row < y.length; row += K) {
        head.addKlGradientQ(p, y, row, 1, k);
        if (project(dY, k, row, K, delta / B)) projected++; // dY has the 1 / B of the mean
      }
      return { projectedFraction: projected / B };
    },
    moved() {
      const { parameters } = network;
      for (let i = 0; i < exact.length; i++) exact[i] = alpha * exact[i] + (1 - alpha) * parameters[i];
      average.parameters.set(exact);
    },
  };
}

/** g <- g - max(0, (k^T g - delta) / |k|^2) k for K numbers from `row` on; whether that changed it. */
function project(g: Float64Array, k: Float64Array, row: number, K: number, delta: number): boolean {
  let along = 0;
  let square = 0;
  for (let i = row; i < row + K; i++) {
    along += k[i] * g[i];
    square += k[i] * k[i];
  }
  if (!(along > delta)) return false;
  for (let i = row; i < row + K; i++) g[i] -= ((along - delta) / square) * k[i];
  return true;
}
