/** One run for ./before.mjs and scripts/nodes.mjs: node beforeRun.cjs LIBRARY STEPS. It must load on any version of the library. */

const { createHash } = require('node:crypto');
const { cartPole, mlp, Rng, mlpPolicy, ppoClip } = require(process.argv[2]);

const totalSteps = Number(process.argv[3]);
const env = cartPole();
const [policyRng, criticRng] = new Rng(1).split(2);
let first;

ppoClip({
  env,
  policy: mlpPolicy({ env, rng: policyRng }),
  critic: mlp({ inputs: 4, outputs: 1, rng: criticRng }),
  seed: 1,
  totalSteps,
  copies: 4,
  stepsPerIteration: 128,
  epochs: 4,
  minibatchSize: 128,
  learningRate: 2.5e-4,
  annealLearningRate: true,
  gamma: 0.99,
  lambda: 0.95,
  valueClipRange: 0.2,
  entropyCoef: 0.01,
  maxGradientNorm: 0.5,
  adamEpsilon: 1e-5,
  onIteration({ steps }) {
    first ??= { steps, time: performance.now() };
  },
}).then(({ policy, critic, history }) => {
  const steps = history.at(-1).steps - first.steps;
  const stepsPerSecond = (steps * 1000) / (performance.now() - first.time);
  const hash = createHash('sha256');
  for (const { parameters } of [policy, critic]) hash.update(Float32Array.from(parameters));
  console.log(JSON.stringify({ stepsPerSecond, checksum: hash.digest('hex').slice(0, 16) }));
});
