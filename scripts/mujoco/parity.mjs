/**
 * Our MuJoCo tasks beside Gymnasium's, from files that data/mujoco-trajectories/make.py has written: what the models are
 * compiled to, and what happens from the same states under the same actions. Differences are |ours - theirs| over
 * max(1, |theirs|).
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as pglab from 'pglab';
import { simulationOf } from '../../lib/dist/envs/mujoco/engine.js';
import { mjcfText } from '../../lib/dist/envs/mujoco/mjcf.js';

const FACTORIES = {
  HalfCheetah: pglab.halfCheetah,
  Hopper: pglab.hopper,
  Walker2d: pglab.walker2d,
  Swimmer: pglab.swimmer,
  Reacher: pglab.reacher,
  InvertedPendulum: pglab.invertedPendulum,
  InvertedDoublePendulum: pglab.invertedDoublePendulum,
};

/** 'Hopper-v5', 'Hopper-v4', ... */
export const NAMES = Object.keys(FACTORIES).flatMap(task => [`${task}-v5`, `${task}-v4`]);

/** The environment of this name, without a step limit. */
export function environment(name, options = {}) {
  const [task, version] = name.split('-');
  return FACTORIES[task]({ version, maxSteps: Number.POSITIVE_INFINITY, ...options });
}

const readRows = path =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map(line => line.split(','));

const difference = (ours, theirs) => Math.abs(ours - theirs) / Math.max(1, Math.abs(theirs));

/** The arrays of a compiled model: how many there are, and the largest difference and where it is. */
export function compareModel(name, folder, options) {
  const { model } = simulationOf(mjcfText(environment(name, options).model.mjcf));
  const moving = Array.from(model.geom_bodyid, body => body > 0);
  const { opt } = model;
  const found = { arrays: 0, numbers: 0, largest: 0, where: '' };
  for (const [, array, text] of readRows(join(folder, 'models.csv')).filter(row => row[0] === name)) {
    const theirs = text.split(' ').map(Number);
    let ours = array.startsWith('opt.') ? opt[array.slice(4)] : model[array];
    ours = typeof ours?.length === 'number' ? Array.from(ours) : [ours?.value ?? ours];
    if (array.startsWith('geom_')) {
      const width = ours.length / moving.length;
      ours = ours.filter((_, i) => moving[Math.floor(i / width)]);
    }
    if (ours.length !== theirs.length)
      throw new Error(`${name}: ${array} holds ${ours.length} numbers, but Gymnasium's ${theirs.length}.`);
    found.arrays++;
    for (const [i, x] of theirs.entries()) {
      found.numbers++;
      const d = difference(Number(ours[i]), x);
      if (!(d <= found.largest)) Object.assign(found, { largest: d, where: `${array}[${i}]` });
    }
  }
  opt.delete();
  return found;
}

/** Steps of an episode within which rounding has not yet grown to anything: what contacts do is chaotic. */
export const SHORT = 30;

/**
 * All episodes of a task: the steps, and the largest differences, of each kind. `step`: after each step taken from
 * Gymnasium's own state; `short`, `episode`: the state after at most `SHORT`, or all, steps from an episode's start.
 */
export function compareEpisodes(name, folder, options) {
  const env = environment(name, options);
  const { model } = env;
  const size = model.shortState.size;
  const rng = new pglab.Rng(0);
  const found = {
    episodes: 0,
    steps: 0,
    terminations: 0,
    step: 0,
    short: 0,
    episode: 0,
    reward: 0,
    observation: 0,
  };
  const note = (kind, ours, theirs) => {
    for (const [i, x] of theirs.entries()) {
      const d = difference(ours[i], x);
      if (!(d <= found[kind])) found[kind] = d;
    }
  };
  const state = new Float64Array(model.stateNames.length);
  const observation = new Float32Array(pglab.sizeOf(model.observationSpace));
  const outcome = { reward: 0, terminated: false };
  for (const [, time, ...rest] of readRows(join(folder, `${name.toLowerCase()}.csv`))) {
    const t = Number(time);
    const take = count => rest.splice(0, count).map(Number);
    const action = take(pglab.sizeOf(model.actionSpace));
    const theirs = take(size);
    const warmStart = take(size / 2);
    const seen = take(observation.length);
    const [reward, terminated] = take(2);
    if (t < 0) {
      found.episodes++;
      env.reset(rng, { state: theirs });
      state.set(env.state);
    } else {
      found.steps++;
      model.transition(state, 0, action, 0, rng, outcome);
      note('step', state, theirs);
      note('reward', [outcome.reward], [reward]);
      if (outcome.terminated !== (terminated === 1))
        throw new Error(
          `${name}, episode ${found.episodes - 1}, step ${t}: terminated is ${outcome.terminated}.`,
        );
      if (outcome.terminated) found.terminations++;
      env.step(action);
      note('episode', env.state, theirs);
      if (t < SHORT) note('short', env.state, theirs);
    }
    model.observe(state, 0, observation, 0);
    note('observation', observation, seen);
    // What the next step starts from is theirs, but for the numbers that only observations and rewards read.
    state.set(theirs);
    state.set(warmStart, size);
  }
  return found;
}
