/**
 * PPO once more, as an oracle: float64, policies and critics linear in features, every derivative written out by hand,
 * advantages by their definition, statistics of everything seen from the start. Slow, short, and independent of the
 * library except for the random streams, the environments and the collecting of steps.
 */

import {
  collectSteps,
  type Env,
  gaussianLinear,
  type PpoOptions,
  type PpoRecord,
  Rng,
  softmaxLinear,
  vectorEnv,
} from 'pglab';

export type Surrogate =
  | { kind: 'clip'; clipRange: number }
  | { kind: 'kl'; beta: number; klTarget?: number }
  | { kind: 'none' };

type ReferenceOptions = Required<
  Pick<
    PpoOptions,
    'totalSteps' | 'copies' | 'stepsPerIteration' | 'gamma' | 'lambda' | 'epochs' | 'minibatchSize'
  >
> &
  Omit<PpoOptions, 'env' | 'policy' | 'critic' | 'learningRate' | 'criticLearningRate'> & {
    env: Env;
    surrogate: Surrogate;
    learningRate: number;
    criticLearningRate?: number;
  };

interface Distribution {
  logProb(a: number): number;
  /** d log p(a) / dy */
  score(a: number): number[];
  entropy: number;
  dEntropy: number[];
}

/** The distribution with parameters y: a softmax, or (mu, log sigma). */
function distribution(y: number[], continuous: boolean): Distribution {
  if (continuous) {
    const [mu, logSigma] = y;
    const z = (a: number) => (a - mu) / Math.exp(logSigma);
    return {
      logProb: a => -0.5 * z(a) ** 2 - logSigma - 0.5 * Math.log(2 * Math.PI),
      score: a => [z(a) / Math.exp(logSigma), z(a) ** 2 - 1],
      entropy: 0.5 * Math.log(2 * Math.PI * Math.E) + logSigma,
      dEntropy: [0, 1],
    };
  }
  const total = y.reduce((sum, v) => sum + Math.exp(v), 0);
  const p = y.map(v => Math.exp(v) / total);
  const entropy = -p.reduce((sum, q) => sum + q * Math.log(q), 0);
  return {
    logProb: a => Math.log(p[a]),
    score: a => p.map((q, k) => (k === a ? 1 : 0) - q),
    entropy,
    dEntropy: p.map(q => -q * (Math.log(q) + entropy)),
  };
}

/** D_KL(p || q) and its derivative by q's parameters. */
function divergence(p: number[], q: number[], continuous: boolean): { kl: number; gradient: number[] } {
  if (continuous) {
    const variance = Math.exp(2 * q[1]);
    const spread = (Math.exp(2 * p[1]) + (p[0] - q[0]) ** 2) / variance;
    return { kl: q[1] - p[1] + 0.5 * spread - 0.5, gradient: [(q[0] - p[0]) / variance, 1 - spread] };
  }
  const probabilities = (y: number[]) => {
    const total = y.reduce((sum, v) => sum + Math.exp(v), 0);
    return y.map(v => Math.exp(v) / total);
  };
  const [a, b] = [probabilities(p), probabilities(q)];
  return {
    kl: a.reduce((sum, v, k) => sum + v * Math.log(v / b[k]), 0),
    gradient: b.map((v, k) => v - a[k]),
  };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const variance = (values: readonly number[]) => mean(values.map(v => (v - mean(values)) ** 2));

/** Adam by the book, upwards. */
function adamOf(size: number, epsilon: number) {
  const [m, v] = [new Array(size).fill(0), new Array(size).fill(0)];
  let k = 0;
  return (theta: number[], g: number[], alpha: number) => {
    k++;
    g.forEach((x, i) => {
      m[i] = 0.9 * m[i] + 0.1 * x;
      v[i] = 0.999 * v[i] + 0.001 * x * x;
      theta[i] += (alpha * (m[i] / (1 - 0.9 ** k))) / (Math.sqrt(v[i] / (1 - 0.999 ** k)) + epsilon);
    });
  };
}

/** Trains from theta = 0 and w = 0; parameters in the layout of `softmaxLinear`, `gaussianLinear`, `linearNetwork`. */
export function referencePpo(options: ReferenceOptions) {
  const { env, surrogate, copies, stepsPerIteration: S, gamma, lambda, epochs, totalSteps } = options;
  const continuous = env.actionSpace.kind === 'box';
  const outputs = env.actionSpace.kind === 'discrete' ? env.actionSpace.n : 1;
  const d = env.observationSpace.kind === 'box' ? env.observationSpace.low.length : 0;
  const T = copies * S;

  const seen: number[][] = Array.from({ length: d }, () => []);
  let [shift, scale] = [new Array(d).fill(0), new Array(d).fill(1)];
  /** The numbers that the networks read, and 1 for the bias. */
  const features = (observations: ArrayLike<number>, row: number) => [
    ...Array.from({ length: d }, (_, j) => {
      const o = observations[row * d + j];
      if (!options.normalizeObservations) return o;
      return Math.fround(Math.max(-10, Math.min(10, (o - shift[j]) / Math.sqrt(scale[j] + 1e-8))));
    }),
    1,
  ];
  const dot = (theta: number[], k: number, x: number[]) =>
    x.reduce((sum, v, j) => sum + v * theta[k * (d + 1) + j], 0);

  const theta: number[] = new Array(outputs * (d + 1) + (continuous ? 1 : 0)).fill(0);
  const w: number[] = new Array(d + 1).fill(0);
  const y = (x: number[]) => {
    const linear = Array.from({ length: outputs }, (_, k) => dot(theta, k, x));
    return continuous ? [...linear, theta[theta.length - 1]] : linear;
  };
  const epsilon = options.adamEpsilon ?? 1e-8;
  const [ascendTheta, ascendW] = [adamOf(theta.length, epsilon), adamOf(w.length, epsilon)];

  const [envRng, actionRng, orderRng] = new Rng(options.seed ?? 0).split(3);
  const envs = vectorEnv(env, copies, { maxSteps: options.maxSteps });
  envs.reset(envRng);
  const running: number[] = new Array(copies).fill(0);
  const discounted: number[] = [];
  const finished: number[] = [];
  let beta = surrogate.kind === 'kl' ? surrogate.beta : 0;
  const history: PpoRecord[] = [];

  for (let iteration = 0; iteration * T < totalSteps; iteration++) {
    const featureMap = (o: ArrayLike<number>, offset: number, out: Float64Array) => {
      features(Array.prototype.slice.call(o, offset, offset + d), 0).forEach((v, j) => {
        if (j < d) out[j] = v;
      });
    };
    const acting = continuous
      ? gaussianLinear({ features: d, featureMap, actionSize: 1, parameters: theta })
      : softmaxLinear({ features: d, featureMap, actions: outputs, parameters: theta });
    const batch = collectSteps(envs, acting, { steps: S, rng: actionRng });

    const x = Array.from({ length: T }, (_, t) => features(batch.observations, t));
    const oldY = x.map(y);
    const oldLogProbs = oldY.map((row, t) => distribution(row, continuous).logProb(batch.actions[t]));
    const values = x.map(row => dot(w, 0, row));

    let rewards = Array.from(batch.rewards);
    if (options.normalizeRewards) {
      for (let t = 0; t < T; t++) {
        const copy = Math.floor(t / S);
        running[copy] = gamma * running[copy] + rewards[t];
        discounted.push(running[copy]);
        if (batch.terminated[t] || batch.truncated[t]) running[copy] = 0;
      }
      const sigma = Math.sqrt(variance(discounted) + 1e-8);
      rewards = rewards.map(r => Math.max(-10, Math.min(10, r / sigma)));
    }

    // delta and A by their definitions, the end of each step's trajectory looked for anew.
    const starts = Array.from(batch.episodeStarts);
    const trajectory = (t: number) => starts.filter(start => start <= t).length - 1;
    const delta = rewards.map((r, t) => {
      const i = trajectory(t);
      const next =
        t + 1 < starts[i + 1]
          ? values[t + 1]
          : batch.terminated[t]
            ? 0
            : dot(w, 0, features(batch.finalObservations, i));
      return r + gamma * next - values[t];
    });
    let advantages = delta.map((_, t) => {
      let sum = 0;
      for (let l = t; l < starts[trajectory(t) + 1]; l++) sum += (gamma * lambda) ** (l - t) * delta[l];
      return sum;
    });
    const targets = advantages.map((a, t) => a + values[t]);
    if (options.normalizeAdvantages ?? true) {
      const [mu, sigma] = [mean(advantages), Math.sqrt(variance(advantages))];
      advantages = advantages.map(a => (a - mu) / (sigma + 1e-8));
    }

    const left = options.annealLearningRate ? 1 - (iteration * T) / totalSteps : 1;
    const size = Math.min(options.minibatchSize, T);
    const norms: number[] = [];
    let outside = 0;
    let epoch = 0;
    let last = { objective: 0, valueError: 0, kl: 0 };
    while (epoch < epochs) {
      const order = Array.from(orderRng.permutation(T));
      last = { objective: 0, valueError: 0, kl: 0 };
      for (let start = 0; start < T; start += size) {
        const rows = order.slice(start, start + size);
        const B = rows.length;
        const g: number[] = new Array(theta.length).fill(0);
        const gW: number[] = new Array(w.length).fill(0);
        for (const t of rows) {
          const row = y(x[t]);
          const pi = distribution(row, continuous);
          const a = batch.actions[t];
          const A = advantages[t];
          const r = Math.exp(pi.logProb(a) - oldLogProbs[t]);
          let L = r * A;
          let weight = r * A;
          if (surrogate.kind === 'clip') {
            const bounded = Math.max(1 - surrogate.clipRange, Math.min(1 + surrogate.clipRange, r));
            if (bounded !== r) outside++;
            if (bounded * A < L) [L, weight] = [bounded * A, 0];
          }
          const dY = pi.score(a).map(s => weight * s);
          if (surrogate.kind === 'kl') {
            const { kl, gradient } = divergence(oldY[t], row, continuous);
            L -= beta * kl;
            gradient.forEach((s, k) => {
              dY[k] -= beta * s;
            });
          }
          const c = options.entropyCoef ?? 0;
          L += c * pi.entropy;
          pi.dEntropy.forEach((s, k) => {
            dY[k] += c * s;
          });
          dY.forEach((s, k) => {
            if (k < outputs)
              x[t].forEach((v, j) => {
                g[k * (d + 1) + j] += (s * v) / B;
              });
            else g[g.length - 1] += s / B;
          });

          const v = dot(w, 0, x[t]);
          const error = targets[t] - v;
          let push = error;
          if (options.valueClipRange !== undefined) {
            const c = options.valueClipRange;
            const bounded = values[t] + Math.max(-c, Math.min(c, v - values[t]));
            if ((targets[t] - bounded) ** 2 > error ** 2) push = 0;
          }
          x[t].forEach((feature, j) => {
            gW[j] += (push * feature) / B;
          });
          last.objective += L / T;
          last.valueError += error ** 2 / T;
          last.kl += (r - 1 - Math.log(r)) / T;
        }
        const shorten = (vector: number[]) => {
          const norm = Math.hypot(...vector);
          const most = options.maxGradientNorm ?? Infinity;
          return { norm, vector: norm > most ? vector.map(v => (v * most) / norm) : vector };
        };
        const policyGradient = shorten(g);
        norms.push(policyGradient.norm);
        ascendTheta(theta, policyGradient.vector, options.learningRate * left);
        ascendW(w, shorten(gW).vector, (options.criticLearningRate ?? options.learningRate) * left);
      }
      epoch++;
      if (last.kl > (options.stopAtKl ?? Infinity)) break;
    }

    const newY = x.map(y);
    const kl = mean(newY.map((row, t) => divergence(oldY[t], row, continuous).kl));
    finished.push(...batch.finishedReturns);
    history.push({
      iteration,
      steps: (iteration + 1) * T,
      meanReturn: finished.length > 0 ? mean(finished.slice(-100)) : Number.NaN,
      episodeReturns: batch.finishedReturns,
      kl,
      entropy: mean(newY.map(row => distribution(row, continuous).entropy)),
      clipFraction: outside / (epoch * T),
      explainedVariance: 1 - variance(targets.map((G, t) => G - values[t])) / variance(targets),
      gradientNorm: mean(norms),
      objective: last.objective,
      valueError: last.valueError,
      epochs: epoch,
      ...(surrogate.kind === 'kl' && { beta }),
    });
    if (surrogate.kind === 'kl' && surrogate.klTarget !== undefined) {
      if (kl >= 1.5 * surrogate.klTarget) beta *= 2;
      else if (kl <= surrogate.klTarget / 1.5) beta /= 2;
    }
    if (options.normalizeObservations) {
      for (let j = 0; j < d; j++) for (let t = 0; t < T; t++) seen[j].push(batch.observations[t * d + j]);
      [shift, scale] = [seen.map(mean), seen.map(variance)];
    }
  }
  return { theta, w, history, shift, scale };
}
