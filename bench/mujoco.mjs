/**
 * How fast the MuJoCo tasks step, as ratios: pglab's `Env` and `VectorEnv`, resets included, over a loop around bare `mj_step`
 * that writes the states and actions of `VectorEnv` into the same simulation. After blocks that warm all three up, they take
 * turns, block by block, by the processor's time, and of each the fastest block counts.
 */

import * as pglab from 'pglab';
import { mujoco, simulationOf } from '../lib/dist/envs/mujoco/engine.js';
import { mjcfText } from '../lib/dist/envs/mujoco/mjcf.js';

const { halfCheetah, hopper, walker2d, swimmer, reacher, invertedPendulum, invertedDoublePendulum } = pglab;
const TASKS = [halfCheetah, hopper, walker2d, swimmer, reacher, invertedPendulum, invertedDoublePendulum];
const FRAME_SKIP = { HalfCheetah: 5, InvertedDoublePendulum: 5, Reacher: 2, InvertedPendulum: 2 };
const COPIES = 8;
const STEPS = 16; // of each copy in a block
const SEED = 2; // the same for all blocks, which so do the same

/** Steps of the environment in a processor's second by each of the three, at their fastest. */
function rates(make, { warmUp, blocks }) {
  const env = make();
  const { model } = env;
  const frameSkip = FRAME_SKIP[env.id.split('-')[0]] ?? 4;
  const { model: mjModel, data, views } = simulationOf(mjcfText(model.mjcf));
  const { qpos, qvel, qacc_warmstart: warmStart, ctrl } = views;
  const { mj_step } = mujoco();
  const [nq, nv] = [qpos.length, qvel.length];
  const [width, size] = [model.stateNames.length, pglab.sizeOf(model.actionSpace)];
  const rng = new pglab.Rng(1);
  const actions = Array.from({ length: STEPS }, () =>
    Float64Array.from({ length: COPIES * size }, () => rng.uniform(-1, 1)),
  );
  const single = Array.from({ length: COPIES }, (_, i) =>
    actions.map(action => action.slice(i * size, (i + 1) * size)),
  );
  const copies = pglab.vectorEnv(env, COPIES);

  /** The states from which the vectorised form takes the steps of a block. */
  copies.reset(new pglab.Rng(SEED));
  const starts = actions.map(action => {
    const states = copies.states.slice();
    copies.step(action);
    return states;
  });
  const forms = [
    () => {
      copies.reset(new pglab.Rng(SEED));
      return () => {
        for (const action of actions) copies.step(action);
      };
    },
    () => {
      const streams = new pglab.Rng(SEED).split(COPIES);
      return () => {
        for (let i = 0; i < COPIES; i++) {
          env.reset(streams[i]);
          for (const action of single[i]) {
            const { terminated, truncated } = env.step(action);
            if (terminated || truncated) env.reset(streams[i]);
          }
        }
      };
    },
    () => () => {
      for (let t = 0; t < STEPS; t++)
        for (let i = 0; i < COPIES; i++) {
          const at = i * width;
          for (let j = 0; j < nq; j++) qpos[j] = starts[t][at + j];
          for (let j = 0; j < nv; j++) {
            qvel[j] = starts[t][at + nq + j];
            warmStart[j] = starts[t][at + nq + nv + j];
          }
          for (let j = 0; j < size; j++) ctrl[j] = actions[t][i * size + j];
          for (let k = 0; k < frameSkip; k++) mj_step(mjModel, data);
        }
    },
  ];

  const best = forms.map(() => 0);
  for (let b = -warmUp; b < blocks; b++) {
    forms.forEach((form, k) => {
      const block = form();
      const from = process.cpuUsage();
      block();
      const { user, system } = process.cpuUsage(from);
      if (b >= 0) best[k] = Math.max(best[k], (1e6 * COPIES * STEPS) / (user + system));
    });
  }
  return [env.id, ...best];
}

/** Rows of the table: task, steps in a processor's second of a bare loop, of `VectorEnv` and `Env`, and their ratios to it. */
export function mujocoRows({ quick }) {
  return TASKS.map(make => {
    const [id, vector, single, bare] = rates(
      make,
      quick ? { warmUp: 1, blocks: 1 } : { warmUp: 10, blocks: 40 },
    );
    return [id, bare, vector, single, vector / bare, single / bare];
  });
}
