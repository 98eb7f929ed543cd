/** A call of a function that may be made in this thread or in another one, and what came of it. */

import type { ProgressRow } from '../notebook/progress';
import { pack, unpack } from './parcel';

/** A training: an algorithm and its options, to which an `onIteration` comes that says how far it is. */
export interface Job {
  algorithm: (options: never) => unknown;
  settings: Readonly<Record<string, unknown>>;
}

/** How far a job is: the share of its steps that are done (NaN where nobody knows) and the mean return. */
export interface Report {
  job: number;
  share: number;
  meanReturn?: number;
}

/** What came of a job. */
export type Outcome = { result: unknown } | { error: unknown };

/** A job as it travels to a worker, and its number. */
export interface JobParcel {
  job: number;
  packed: unknown;
}

const REPORT_EVERY_MS = 50;

/** The job, packed. Throws a `ParcelError` where something cannot travel. */
export const packJob = ({ algorithm, settings }: Job): unknown => pack({ algorithm, settings });

/** Makes the call of a parcel; what comes of it is packed. */
export async function runParcel(
  { job, packed }: JobParcel,
  tell: (report: Report) => void,
): Promise<unknown> {
  try {
    const { algorithm, settings } = unpack(packed) as Job;
    checkClones(settings);
    return pack({ ...(await run(job, { algorithm, settings }, tell)) });
  } catch (error) {
    return pack({ error });
  }
}

/** What is trained is a clone, which has to travel back: better to know before than after. */
function checkClones(settings: Job['settings']): void {
  for (const [name, value] of Object.entries(settings)) {
    const clone = (value as { clone?: unknown } | undefined)?.clone;
    if (typeof clone === 'function') pack({ [`settings.${name}.clone()`]: clone.call(value) });
  }
}

/** Makes the call; an error is an outcome, too. */
export async function run(
  job: number,
  { algorithm, settings }: Job,
  tell: (report: Report) => void,
): Promise<Outcome> {
  let told = -Infinity;
  const onIteration = (row: ProgressRow & { steps?: number }) => {
    const now = performance.now();
    if (now - told < REPORT_EVERY_MS) return;
    told = now;
    tell({ job, share: shareOf(row, settings), meanReturn: row.meanReturn });
  };
  try {
    return { result: await algorithm({ ...settings, onIteration } as never) };
  } catch (error) {
    return { error };
  }
}

/** The share of a training that is behind it, by its steps or its iterations, whichever its options limit. */
function shareOf({ iteration, steps }: ProgressRow & { steps?: number }, settings: Job['settings']): number {
  const { totalSteps, iterations } = settings;
  if (typeof iterations === 'number') return Math.min(1, (iteration + 1) / iterations);
  return typeof totalSteps === 'number' && steps !== undefined ? Math.min(1, steps / totalSteps) : Number.NaN;
}
