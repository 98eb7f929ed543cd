/**
 * How fast this machine learns: every number below is measured in one run, from the smallest piece to a solved task.
 *
 *   npm run bench [-- --quick]      two to three minutes; --quick takes some seconds and says less
 *
 * Training is PPO-Clip on CartPole-v1 with CleanRL's settings: 4 environments x 128 steps, 4 epochs of 4 minibatches,
 * policy and critic of two tanh layers of 64 each, entropy bonus, clipped values, gradients of norm 0.5 at most, annealed
 * learning rate. One thread, except where two are named. Pieces are timed in many short batches of which the fastest counts, because other
 * work on the machine only ever slows a batch down; whole runs are timed by the clock and by the processor time that
 * they took, which differ where the machine is shared.
 */

import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import * as pglab from 'pglab';
import kernelModule from '../lib/dist/networks/simd/kernels.js';
import { mujocoRows } from './mujoco.mjs';
import { tasks } from './tasks.mjs';

const QUICK = process.argv.includes('--quick');
const PIECE = QUICK ? 15 : 250; // ms for each piece that is timed
const BATCH = 128; // rows of a minibatch at CleanRL's settings

const CLEANRL = {
  copies: 4,
  stepsPerIteration: 128,
  epochs: 4,
  minibatchSize: BATCH,
  learningRate: 2.5e-4,
  annealLearningRate: true,
  adamEpsilon: 1e-5,
  clipRange: 0.2,
  valueClipRange: 0.2,
  entropyCoef: 0.01,
  maxGradientNorm: 0.5,
};

const numberAfter = option => {
  const at = process.argv.indexOf(option);
  return at < 0 ? undefined : Number(process.argv[at + 1]);
};
const threads = numberAfter('--train');
const solveSeed = numberAfter('--solve');
if (threads) await trainAlone(threads);
else if (solveSeed) await solve(solveSeed);
else await main();

async function main() {
  console.log(
    `Node ${process.version} on ${cpus()[0].model.trim()} (${availableParallelism()} threads, load ${loadavg()[0].toFixed(1)}), kernels on ${kernelModule.registerBits()} bits${QUICK ? ', quick' : ''}\n`,
  );
  training();
  await engines();
  ceiling();
  solving();
  environments();
  mujocoTasks();
  growth();
}

/** Whole training, on one thread and on two, and what memory it takes. */
function training() {
  const runs = [1, 2].map(threads => child(['--expose-gc'], ['--train', threads]));
  table(
    'PPO-Clip on CartPole-v1 at CleanRL’s settings, training included; policy and critic on one thread, or on one each',
    ['threads', 'steps', 'seconds', 'steps/s', 'processor s', 'steps per processor s'],
    runs.map(({ threads, steps, seconds, cpuSeconds }) => [
      threads,
      count(steps),
      seconds.toFixed(2),
      count(steps / seconds),
      cpuSeconds.toFixed(2),
      count(steps / cpuSeconds),
    ]),
  );
  table(
    'Memory of the process with one thread, after a garbage collection [MiB]',
    ['after iteration', 'resident', 'JavaScript heap', 'array buffers', 'WebAssembly, policy and critic'],
    runs[0].memory.map(({ iteration, rss, heapUsed, arrayBuffers, wasm }) => [
      count(iteration),
      ...[rss, heapUsed, arrayBuffers, wasm].map(mebibytes),
    ]),
  );
}

/** In a process of its own: a training run of known length. */
async function trainAlone(threads) {
  const iterations = QUICK ? 20 : 1000;
  const networks = [];
  const { policy, critic } = agents({ seed: 1 });
  const memory = [];
  let start;
  let iteration = 0;
  const size = CLEANRL.copies * CLEANRL.stepsPerIteration;
  await pglab.ppoClip({
    ...CLEANRL,
    env: pglab.cartPole(),
    policy: watched(policy, clone => networks.push(clone.network)),
    critic: watched(critic, clone => networks.push(clone)),
    seed: 1,
    threads,
    totalSteps: iterations * size,
    onIteration() {
      iteration++;
      if (iteration !== 10 && iteration !== iterations) return;
      const end = { clock: performance.now(), cpu: process.cpuUsage() };
      globalThis.gc();
      memory.push({ iteration, ...process.memoryUsage(), wasm: sum(networks.map(n => n.arena.bytes)) });
      if (iteration === iterations)
        console.log(
          JSON.stringify({
            threads,
            steps: (iterations - 10) * size,
            seconds: (end.clock - start.clock) / 1000,
            cpuSeconds: (end.cpu.user + end.cpu.system - start.cpu.user - start.cpu.system) / 1e6,
            memory,
          }),
        );
      start = { clock: performance.now(), cpu: process.cpuUsage() };
    },
  });
}

/** One update of policy and critic with each engine: forward, objective, backward, clipped norm, Adam. */
async function engines() {
  const rows = [];
  for (const engine of ['simd', 'tf']) {
    let update;
    try {
      update = updateOf(engine);
      update();
    } catch (error) {
      rows.push([engine, `does not load: ${error.message.split('\n')[0]}`, '', '']);
      continue;
    }
    const micros = fastest(update);
    const steps = (engine === 'tf' ? 1 : QUICK ? 5 : 40) * 512;
    const start = performance.now();
    const env = pglab.cartPole();
    await pglab.ppoClip({ ...CLEANRL, env, ...agents({ engine, seed: 1 }), seed: 1, totalSteps: steps });
    const rate = (1000 * steps) / (performance.now() - start);
    rows.push([engine, micros.toFixed(1), count(1e6 / micros), count(rate)]);
  }
  table(
    `One update of policy and critic on a minibatch of ${BATCH}, Adam included; and a short run of PPO, cold`,
    ['engine', 'microseconds', 'updates/s', 'steps/s'],
    rows,
  );
}

/** What the processor can do with these kernels, and how much of it an update gets. */
function ceiling() {
  const { memory, kernels } = kernelModule.kernelsWithMemory(64);
  memory.grow(63);
  let best = { rate: 0 };
  for (const [m, n, k] of [
    [64, 16, 64],
    [64, 16, 256],
    [64, 64, 64],
    [128, 16, 128],
  ]) {
    const micros = fastest(() =>
      kernels.product(m, n, k, 65536, 4 * k, 4, 524288, 4 * n, 1048576, 4 * n, 1572864, 4 * n),
    );
    const rate = gigaflops(2 * m * n * k, micros);
    if (rate > best.rate) best = { rate, name: `${m} x ${k} times ${k} x ${n}` };
  }
  const rows = [
    ['policy', 2] /* logits */,
    ['critic', 1],
  ].map(([name, outputs]) => {
    const micros = fastest(networkUpdate(pglab.mlp({ inputs: 4, outputs, seed: 1 }), BATCH));
    const rate = gigaflops(productFlops([4, 64, 64, outputs], BATCH), micros);
    return [name, micros.toFixed(1), rate.toFixed(1), `${Math.round((100 * rate) / best.rate)}%`];
  });
  table(
    `Matrix products: the ceiling is ${best.rate.toFixed(1)} GFLOP/s, the kernel’s fastest in-cache product (${best.name})`,
    ['update of', 'microseconds', 'GFLOP/s of its products', 'of the ceiling'],
    rows,
  );
}

/** From the start of a fresh process to a policy that balances. */
function solving() {
  const seeds = QUICK ? [1] : [1, 2, 3, 4, 5];
  const rows = seeds.map(seed => {
    const start = performance.now();
    const { steps, mean } = child([], ['--solve', seed]);
    return [seed, ((performance.now() - start) / 1000).toFixed(2), count(steps), mean.toFixed(1)];
  });
  const times = rows.map(row => Number(row[1])).sort((a, b) => a - b);
  if (!QUICK) rows.push(['median', times[2].toFixed(2), '', '']);
  table(
    'CartPole-v1 solved (475 over 100 episodes), from the start of a fresh process to its end',
    ['seed', 'seconds', 'steps', 'mean return'],
    rows,
  );
}

/** In a process of its own: trains until an evaluation reaches 475, prints when, and ends. */
async function solve(seed) {
  const { options, totalSteps } = tasks['CartPole-v1'];
  const env = pglab.cartPole();
  const { policy, critic } = agents({ seed });
  let trained;
  const mean = (episodes, seed) => pglab.evaluate(trained, env, { episodes, seed, deterministic: true }).mean;
  await pglab.ppoClip({
    ...options,
    env,
    policy: watched(policy, clone => {
      trained = clone;
    }),
    critic,
    seed,
    totalSteps,
    onIteration({ iteration, steps, meanReturn }) {
      if (iteration % 4 !== 3 || !(meanReturn > 100) || mean(10, 1) < 475) return;
      const result = { steps, mean: mean(100, 2) };
      if (result.mean < 475) return;
      console.log(JSON.stringify(result));
      process.exit();
    },
  });
  console.log(JSON.stringify({ steps: totalSteps, mean: mean(100, 2) }));
}

/** Environments alone, with actions drawn beforehand. */
function environments() {
  const makers = {
    'CartPole-v1': pglab.cartPole,
    'Acrobot-v1': pglab.acrobot,
    'MountainCar-v0': pglab.mountainCar,
    'MountainCarContinuous-v0': pglab.mountainCarContinuous,
    'Pendulum-v1': pglab.pendulum,
    'FrozenLake-v1': () => pglab.tabularEnv(pglab.frozenLake()),
  };
  const N = 16;
  const rows = Object.entries(makers).map(([name, make]) => {
    const env = make();
    const rng = new pglab.Rng(1);
    const { actionSpace } = env;
    const draw = () => (actionSpace.kind === 'discrete' ? rng.integer(0, actionSpace.n) : rng.uniform(-1, 1));
    const actions = Array.from({ length: 64 }, () => Array.from({ length: N }, draw));
    env.reset(rng);
    let t = 0;
    const single = fastest(() => {
      const { terminated, truncated } = env.step(actions[t++ & 63][0]);
      if (terminated || truncated) env.reset(rng);
    });
    const envs = pglab.vectorEnv(env, N);
    envs.reset(rng);
    const together = fastest(() => envs.step(actions[t++ & 63])) / N;
    return [name, count(1e6 / single), count(1e6 / together)];
  });
  table('Environments alone [steps/s]', ['environment', 'one', `vectorised, ${N}`], rows);
}

/** MuJoCo's tasks beside the engine alone. */
function mujocoTasks() {
  table(
    'MuJoCo tasks [steps per processor s], and over a loop around bare mj_step',
    ['environment', 'mj_step', 'vectorised, 8', 'one', 'vectorised / mj_step', 'one / mj_step'],
    mujocoRows({ quick: QUICK }).map(([id, bare, vector, single, ...ratios]) => [
      id,
      ...[bare, vector, single].map(count),
      ...ratios.map(ratio => ratio.toFixed(2)),
    ]),
  );
}

/** How time grows with the size of things. */
function growth() {
  const update = (batch, width) =>
    fastest(networkUpdate(pglab.mlp({ inputs: 4, hidden: [width, width], outputs: 2, seed: 1 }), batch));
  const plot = (title, sizes, value) => {
    const values = sizes.map(value);
    const largest = Math.max(...values);
    const first = values[0];
    table(
      title,
      ['', 'microseconds', 'growth', ''],
      sizes.map((size, i) => [
        count(size),
        digits(values[i]),
        `x ${digits(values[i] / first)}`,
        '#'.repeat(Math.max(1, Math.round((40 * values[i]) / largest))),
      ]),
    );
  };
  const up = (...sizes) => (QUICK ? sizes.slice(0, 2) : sizes);
  plot('An update of one 4-64-64-2 network against its batch', up(16, 64, 256, 1024, 4096), b =>
    update(b, 64),
  );
  plot(`An update on ${BATCH} rows against the width of both layers`, up(16, 32, 64, 128, 256, 512), w =>
    update(BATCH, w),
  );
  plot(
    'A step of one environment in a rollout, policy included, against their number',
    up(1, 4, 16, 64, 256),
    n => {
      const env = pglab.cartPole();
      const envs = pglab.vectorEnv(env, n);
      const rng = new pglab.Rng(1);
      envs.reset(rng);
      const { policy } = agents({ seed: 1 });
      return fastest(() => pglab.collectSteps(envs, policy, { steps: 32, rng })) / (32 * n);
    },
  );
}

/** Policy and critic for CartPole: two tanh layers of 64 each. */
function agents({ engine = 'simd', seed }) {
  return {
    policy: pglab.mlpPolicy({ env: pglab.cartPole(), seed, engine }),
    critic: pglab.mlp({ inputs: 4, outputs: 1, seed: seed + 100, engine }),
  };
}

/** The same policy or network, whose clone, which is what algorithms train, is shown to `see`. */
function watched(original, see) {
  const clone = original.clone.bind(original);
  original.clone = () => {
    const copy = clone();
    see(copy);
    return copy;
  };
  return original;
}

/** A minibatch's update of policy and critic, as PPO does it. */
function updateOf(engine) {
  const { policy, critic } = agents({ engine, seed: 1 });
  const { head, network } = policy;
  const rng = new pglab.Rng(1);
  const normals = length => Float64Array.from({ length }, () => rng.normal());
  const observations = Float32Array.from(normals(4 * BATCH));
  const oldParameters = Float64Array.from(network.forward(observations, BATCH));
  const minibatch = {
    actions: Int32Array.from({ length: BATCH }, () => rng.integer(0, 2)),
    advantages: normals(BATCH),
    oldLogProbs: new Float64Array(BATCH).fill(Math.log(0.5)),
    oldParameters,
    targets: normals(BATCH),
    oldValues: normals(BATCH),
  };
  const objective = pglab.sumOfObjectives(
    pglab.clipObjective(),
    pglab.entropyBonus({ coefficient: CLEANRL.entropyCoef }),
  );
  const steps = new pglab.PolicySteps();
  const valueLoss = pglab.valueObjective({ clipRange: CLEANRL.valueClipRange });
  const [first, second] = [1, 2].map(() => pglab.adam({ learningRate: 1e-4 }));
  const dY = new Float64Array(2 * BATCH);
  const dV = new Float64Array(BATCH);
  return () => {
    steps.read(network.forward(observations, BATCH), minibatch, head);
    objective.add(steps, dY.fill(0));
    ascend(network, dY, first);
    valueLoss.evaluate(critic.forward(observations, BATCH), minibatch, dV.fill(0));
    ascend(critic, dV, second);
  };
}

/** A network's own part of an update. */
function networkUpdate(network, batch) {
  const rng = new pglab.Rng(1);
  const observations = Float32Array.from({ length: batch * network.inputSize }, () => rng.normal());
  const dY = Float64Array.from({ length: batch * network.outputSize }, () => rng.normal() / batch);
  const optimizer = pglab.adam({ learningRate: 1e-4 });
  return () => {
    network.forward(observations, batch);
    ascend(network, dY, optimizer);
  };
}

function ascend(network, dY, optimizer) {
  network.backward(dY);
  network.clipGradientNorm(CLEANRL.maxGradientNorm);
  network.applyGradient(optimizer);
}

/** Multiplications and additions in the matrix products of forward and backward passes through layers of these sizes. */
function productFlops(sizes, batch) {
  const one = l => 2 * batch * sizes[l] * sizes[l + 1];
  let flops = 0;
  for (let l = 0; l + 1 < sizes.length; l++) flops += (l === 0 ? 2 : 3) * one(l);
  return flops;
}

/** Microseconds of the fastest of many short batches of calls, after a warm-up. */
function fastest(call) {
  let calls = 1;
  const time = () => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    return performance.now() - start;
  };
  const started = performance.now();
  while (time() < 1) calls *= 2; // batches of a millisecond and more
  while (performance.now() - started < PIECE / 2) time();
  let best = Infinity;
  const measured = performance.now();
  do best = Math.min(best, time());
  while (performance.now() - measured < PIECE);
  return (1000 * best) / calls;
}

/** What a process of this file with these arguments printed, as JSON. */
function child(nodeOptions, options) {
  const file = fileURLToPath(import.meta.url);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...nodeOptions, file, ...options.map(String), ...(QUICK ? ['--quick'] : [])],
    { encoding: 'utf8' },
  );
  if (status !== 0)
    throw new Error(`node bench.mjs ${options.join(' ')} ended with status ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

function table(title, header, rows) {
  const cells = [header, ...rows].map(row => row.map(String));
  const widths = header.map((_, i) => Math.max(...cells.map(row => row[i].length)));
  const isNumber = i => rows.every(row => /^(x )?[-\d.,]*%?$/.test(String(row[i])));
  console.log(title);
  for (const row of cells)
    console.log(
      `  ${row
        .map((cell, i) => (isNumber(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
        .join('   ')
        .trimEnd()}`,
    );
  console.log();
}

function gigaflops(flops, micros) {
  return flops / micros / 1000;
}

function sum(numbers) {
  return numbers.reduce((total, x) => total + x, 0);
}

function mebibytes(bytes) {
  return (bytes / 2 ** 20).toFixed(1);
}

/** Three digits, or all of those before the point. */
function digits(x) {
  return x < 100 ? x.toPrecision(3) : count(x);
}

/** A whole number with its thousands set apart. */
function count(x) {
  return Math.round(x).toLocaleString('en-US');
}
