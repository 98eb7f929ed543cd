/** The iterations of a training run that may be watched, stopped, kept in a checkpoint and continued from it. */

import { checkpoint } from '../interrupt';
import type { CheckpointFile } from './checkpointFile';
import { goesOn, isEnough, type WatchOptions } from './training';

/** A training run, between two iterations. */
export interface Iterated<Record> {
  /** The records of all iterations so far, those before it was continued included. */
  readonly history: Record[];
  /** Whether no iteration is left. */
  readonly isOver: boolean;
  /** Everything that decides how the run goes on, for a checkpoint. */
  readonly state: object;
  iterate(): Record | Promise<Record>;
}

/** Runs all iterations that are left, until those who watch have seen enough; saves after those that are due, and after the last. */
export async function runIterations<Record extends { meanReturn: number }>(
  run: Iterated<Record>,
  file: CheckpointFile | undefined,
  watch: WatchOptions<Record>,
): Promise<void> {
  const { history } = run;
  let on = !isEnough(history.at(-1), watch as WatchOptions<never>);
  while (on && !run.isOver) {
    await checkpoint();
    const record = await run.iterate();
    history.push(record);
    const due = file?.isDue(history.length) || run.isOver;
    if (due) file?.save(run.state);
    on = await goesOn(record, watch);
    if (!on && !due) file?.save(run.state);
  }
}
