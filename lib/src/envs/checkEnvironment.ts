/**
 * Whether an environment keeps the contract of ./env.ts, on which all algorithms rely. It is played with random actions, also
 * some beyond the bounds of a box, and what is wrong comes back as sentences:
 *
 *   - what it shows lies in its observation space, rewards are finite numbers, and each transition tells both of its outcomes;
 *   - the same seed gives the same episode, whatever was played before or is played beside it: so all chance comes from `rng`,
 *     all memory lies in the state, and a reset really resets;
 *   - the copies of a `VectorEnv` do, bit for bit, what single environments do: so offsets are respected;
 *   - from its own state an episode goes on as it did, which is what checkpoints rely on;
 *   - no step is terminated and truncated, and episodes end.
 */

import { checkInteger, knownOptions, type OptionNames, show } from '../math/check';
import { Rng } from '../math/rng';
import { checkEnv, Env, type EnvModel, type Space, type Step, sizeOf } from './env';
import { vectorEnv } from './vectorEnv';

/** Options of `checkEnvironment`. */
export interface CheckEnvironmentOptions {
  /** Steps that each part plays; 500 by default. */
  steps?: number;
  /** Decides the actions and the episodes. */
  seed?: number;
}

const CHECK_ENVIRONMENT_OPTIONS: OptionNames<CheckEnvironmentOptions> = {
  steps: 'optional',
  seed: 'optional',
};

/** What is wrong with an environment, a sentence each; empty if nothing is. */
export function checkEnvironment(env: Env | EnvModel, options: CheckEnvironmentOptions = {}): string[] {
  const { steps = 500, seed = 0 } = knownOptions('checkEnvironment', options, CHECK_ENVIRONMENT_OPTIONS);
  checkInteger('steps', steps, 1);
  checkEnv(env);
  const model = env instanceof Env ? env.model : env;
  const findings = new Map<string, string>();
  /** Keeps the first finding of a kind. */
  const found: Found = (kind, sentence) => void (findings.has(kind) || findings.set(kind, sentence));
  /** Runs a part; what it throws is a finding. */
  const part = (doing: string, run: () => void) => {
    try {
      run();
    } catch (error) {
      found('error', `While ${doing}, an error came: ${(error as Error)?.message ?? show(error)}`);
    }
  };
  checkModel(model, found);
  if (findings.size > 0) return [...findings.values()];
  part('one transition after the other was played', () => checkTransitions(model, steps, seed, found));
  if (findings.has('error')) return [...findings.values()];
  part('episodes were played again', () => checkDeterminism(env, model, steps, seed, found));
  part('copies were played beside each other', () => checkVector(model, steps, seed, found));
  part('episodes went on from their states', () => checkStates(model, steps, seed, found));
  return [...findings.values()];
}

type Found = (kind: string, sentence: string) => void;

/** What can be seen without playing. */
function checkModel(model: EnvModel, found: Found): void {
  if (typeof model.id !== 'string' || model.id === '')
    found('id', `id is ${show(model.id)}, but must be a name.`);
  for (const method of ['initialState', 'transition', 'observe'] as const)
    if (typeof model[method] !== 'function')
      found(method, `${method} is ${show(model[method])}, but must be a function.`);
  if (!Array.isArray(model.stateNames))
    found('stateNames', `stateNames is ${show(model.stateNames)}, but must be an array.`);
  if (model.maxSteps !== Infinity && !(Number.isSafeInteger(model.maxSteps) && model.maxSteps >= 1))
    found(
      'maxSteps',
      `maxSteps is ${show(model.maxSteps)}, but must be a whole number of at least 1, or Infinity.`,
    );
  for (const name of ['observationSpace', 'actionSpace'] as const) {
    const space = model[name] as Space;
    if (space.kind === 'discrete') {
      if (!Number.isSafeInteger(space.n) || space.n < 1)
        found(name, `${name}.n is ${show(space.n)}, but must be a whole number of at least 1.`);
    } else if (space.kind !== 'box')
      found(name, `${name}.kind is ${show((space as Space).kind)}, but must be 'discrete' or 'box'.`);
    else if (!space.low?.length || space.low.length !== space.high?.length)
      found(name, `${name} must have a low and a high bound for each of its numbers, at least one.`);
    else if (space.low.some((low, i) => !(low <= space.high[i])))
      found(name, `${name} has a low bound above its high one.`);
  }
}

/** A random action: any of a discrete space; of a box also some beyond its bounds. */
function randomAction({ actionSpace }: EnvModel, rng: Rng): number[] {
  if (actionSpace.kind === 'discrete') return [rng.integer(0, actionSpace.n)];
  const { low, high } = actionSpace;
  return low.map((from, i) => {
    const [a, b] = [Math.max(from, -10), Math.min(high[i], 10)];
    const beyond = (b - a) / 4;
    return rng.uniform(a - beyond, b + beyond);
  });
}

const GUARD = 123.456;

/** Plays the rules themselves, in arrays with room on both sides that nobody may touch. */
function checkTransitions(model: EnvModel, steps: number, seed: number, found: Found): void {
  const rng = new Rng(seed);
  const actions = new Rng(seed + 1);
  const size = model.stateNames.length;
  const width = sizeOf(model.observationSpace);
  const state = new Float64Array(size + 2).fill(GUARD);
  const shown = new Float32Array(width + 2).fill(GUARD);
  const guard = Math.fround(GUARD);
  let length = 0;
  let ended = 0;
  let t = 0;
  const look = (when: string) => {
    model.observe(state, 1, shown, 1);
    for (let i = 0; i < size; i++)
      if (!Number.isFinite(state[1 + i]))
        found(
          'state',
          `state[${i}], ${model.stateNames[i]}, is ${state[1 + i]} ${when}, but must be a finite number.`,
        );
    outside(model.observationSpace, shown.subarray(1, 1 + width), (i, must) =>
      found('observation', `observation[${i}] is ${shown[1 + i]} ${when}, but must be ${must}.`),
    );
    if (state[0] !== GUARD || state[size + 1] !== GUARD)
      found('offset', `The rules write to the state outside of its ${size} numbers from the offset on.`);
    if (shown[0] !== guard || shown[width + 1] !== guard)
      found('offset', `observe writes outside of the ${width} numbers from its offset on.`);
  };
  model.initialState(rng, state, 1);
  look('after initialState');
  for (; t < steps; t++) {
    const action = Float64Array.from([GUARD, ...randomAction(model, actions), GUARD]);
    const before = action.slice();
    const outcome = { reward: undefined as unknown as number, terminated: undefined as unknown as boolean };
    model.transition(state, 1, action, 1, rng, outcome);
    length++;
    const { reward, terminated } = outcome;
    const when = `after ${length} ${length === 1 ? 'step' : 'steps'}`;
    if (typeof reward !== 'number' || !Number.isFinite(reward))
      found(
        'reward',
        `outcome.reward is ${show(reward)} ${when}, but transition must set it to a finite number.`,
      );
    if (typeof terminated !== 'boolean')
      found(
        'terminated',
        `outcome.terminated is ${show(terminated)} ${when}, but transition must set it to true or false.`,
      );
    if (action.some((x, i) => x !== before[i]))
      found('action', 'transition changes the action that it is given.');
    look(when);
    if (terminated || length >= model.maxSteps) {
      ended++;
      length = 0;
      model.initialState(rng, state, 1);
      look('after initialState');
    }
  }
  if (ended === 0 && model.maxSteps === Infinity)
    found('endless', `No episode ended within ${steps} steps, and maxSteps is Infinity: state a step limit.`);
}

/** Names the first number that does not lie in a space. */
function outside(space: Space, numbers: ArrayLike<number>, tell: (i: number, must: string) => void): void {
  for (let i = 0; i < numbers.length; i++) {
    const x = numbers[i];
    if (space.kind === 'discrete') {
      if (!(Number.isInteger(x) && x >= 0 && x < space.n)) {
        tell(i, `a whole number from 0 to ${space.n - 1}`);
        return;
      }
    } else {
      const [low, high] = [Math.fround(space.low[i]), Math.fround(space.high[i])];
      if (!(x >= low && x <= high) || !Number.isFinite(x)) {
        tell(i, `a finite number from ${space.low[i]} to ${space.high[i]}`);
        return;
      }
    }
  }
}

/** All that an environment shows while it is played: o, r, flags and states, episode after episode. */
function play(env: Env, model: EnvModel, steps: number, seed: number, besides?: () => void): number[] {
  const rng = new Rng(seed);
  const actions = new Rng(seed + 1);
  const seen: number[] = [...env.reset(rng)];
  for (let t = 0; t < steps; t++) {
    besides?.();
    const step = env.step(randomAction(model, actions));
    seen.push(
      ...step.observation,
      step.reward,
      Number(step.terminated),
      Number(step.truncated),
      ...env.state,
    );
    if (step.terminated || step.truncated) seen.push(...env.reset(rng));
  }
  return seen;
}

const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.from(a).every((x, i) => Object.is(x, b[i]));

function checkDeterminism(
  env: Env | EnvModel,
  model: EnvModel,
  steps: number,
  seed: number,
  found: Found,
): void {
  const first = play(new Env(model), model, steps, seed);
  const again = new Env(model);
  if (!same(first, play(again, model, steps, seed)))
    found(
      'seed',
      'The same seed gives another episode: chance must come from the rng that is handed in, and from nothing else.',
    );
  else {
    play(again, model, Math.min(steps, 7), seed + 2);
    if (!same(first, play(again, model, steps, seed)))
      found(
        'reset',
        'After another episode the same seed gives another one: a reset must forget what was played before.',
      );
    const other = new Env(model);
    const [rng, actions] = [new Rng(seed + 3), new Rng(seed + 4)];
    other.reset(rng);
    const besides = () => {
      const step = other.step(randomAction(model, actions));
      if (step.terminated || step.truncated) other.reset(rng);
    };
    if (!same(first, play(new Env(model), model, steps, seed, besides)))
      found(
        'memory',
        'Beside another copy the same seed gives another episode: all memory must lie in the state, not in variables that copies share.',
      );
  }
  // A class of one's own may step otherwise than its model.
  if (!(env instanceof Env) || Object.getPrototypeOf(env) === Env.prototype) return;
  const rng = new Rng(seed);
  const actions = new Rng(seed + 1);
  env.reset(rng);
  for (let t = 0; t < steps; t++) {
    const step: Step = env.step(randomAction(model, actions));
    if (step.terminated && step.truncated)
      found(
        'both',
        'A step is terminated and truncated: where the task is over, the step limit cuts nothing.',
      );
    if (step.terminated || step.truncated) env.reset(rng);
  }
}

function checkVector(model: EnvModel, steps: number, seed: number, found: Found): void {
  const n = 3;
  const vector = vectorEnv(model, n);
  vector.reset(new Rng(seed));
  const width = vector.observationSize;
  const singles = new Rng(seed).split(n).map(stream => {
    const env = new Env(model);
    return { env, stream, observation: env.reset(stream) };
  });
  const actionRng = new Rng(seed + 1);
  for (let t = 0; t < Math.ceil(steps / n); t++) {
    const actions = singles.map(() => randomAction(model, actionRng));
    vector.step(actions.flat());
    for (const [i, single] of singles.entries()) {
      const step = single.env.step(actions[i]);
      const over = step.terminated || step.truncated;
      if (
        !same(vector.finalObservations.subarray(i * width, (i + 1) * width), step.observation) ||
        !Object.is(vector.rewards[i], step.reward) ||
        (vector.terminated[i] === 1) !== step.terminated ||
        (vector.truncated[i] === 1) !== step.truncated
      ) {
        found(
          'vector',
          `Copy ${i} of ${n} does something else than a single environment with its seed: the rules must read and write at their offsets only.`,
        );
        return;
      }
      single.observation = over ? single.env.reset(single.stream) : step.observation;
      if (!same(vector.observations.subarray(i * width, (i + 1) * width), single.observation)) {
        found(
          'vector',
          `Copy ${i} of ${n} begins its next episode elsewhere than a single environment with its seed.`,
        );
        return;
      }
    }
  }
}

function checkStates(model: EnvModel, steps: number, seed: number, found: Found): void {
  const rng = new Rng(seed);
  const actions = new Rng(seed + 1);
  const env = new Env(model);
  let observation = env.reset(rng);
  for (let t = 0; t < steps; t++) {
    const { state } = env;
    const copy = new Env(model);
    const own = Rng.fromState(rng.state);
    let shown: Float32Array;
    try {
      shown = copy.reset(own, { state });
    } catch (error) {
      found('state', `An episode came to a state from which none may start: ${(error as Error).message}`);
      return;
    }
    const action = randomAction(model, actions);
    const step = env.step(action);
    const other = copy.step(action);
    if (
      !same(shown, observation) ||
      !same(step.observation, other.observation) ||
      !Object.is(step.reward, other.reward) ||
      step.terminated !== other.terminated ||
      !same(env.state, copy.state)
    ) {
      found(
        'state',
        'From its own state an episode goes on otherwise than it did: something that matters is not in the state.',
      );
      return;
    }
    observation = step.terminated || step.truncated ? env.reset(rng) : step.observation;
  }
}
