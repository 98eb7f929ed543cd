/**
 * Our MuJoCo tasks beside Gymnasium's, from files that data/mujoco-trajectories/make.py has written: what the models are
 * compiled to, and what happens from the same states under the same actions. Differences are |ours - theirs| over
 * max(1, |theirs|).
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pglab from 'pglab';
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

/** All episodes of a task from their starts to their ends: the steps, and the largest difference of each kind. */
export function compareEpisodes(name, folder, options) {
  const env = environment(name, options);
  const { actionSpace, observationSpace, shortState } = env.model;
  const rng = new pglab.Rng(0);
  const found = { episodes: 0, steps: 0, terminations: 0, state: 0, observation: 0, reward: 0 };
  const note = (kind, ours, theirs) => {
    for (const [i, x] of theirs.entries()) {
      const d = difference(ours[i], x);
      if (!(d <= found[kind])) found[kind] = d;
    }
  };
  for (const [, t, ...rest] of readRows(join(folder, `${name.toLowerCase()}.csv`))) {
    const take = count => rest.splice(0, count).map(Number);
    const action = take(pglab.sizeOf(actionSpace));
    const state = take(shortState.size);
    const observation = take(pglab.sizeOf(observationSpace));
    if (t === '-1') {
      found.episodes++;
      note('observation', env.reset(rng, { state }), observation);
      continue;
    }
    const [reward, terminated] = take(2);
    const step = env.step(action);
    found.steps++;
    note('state', env.state, state);
    note('observation', step.observation, observation);
    note('reward', [step.reward], [reward]);
    if (step.terminated !== (terminated === 1))
      throw new Error(`${name}, episode ${found.episodes - 1}, step ${t}: terminated is ${step.terminated}.`);
    if (step.terminated) found.terminations++;
  }
  return found;
}
