/** Many jobs, on several threads or one after the other in this one; the outcomes are the same. */

import { InterruptedError, interruptSignal } from '../interrupt';
import { prepareKernels } from '../networks/simd/kernels';
import { platform } from '../platform';
import { type Job, type JobParcel, type Outcome, packJob, type Report, run } from './job';
import { ParcelError, unpack } from './parcel';

/** Options of `runJobs`. */
export interface RunJobsOptions {
  /** Jobs that run at the same time; 1 for this thread alone. */
  workers: number;
  /** Ends all of them, besides the notebook's interrupt. */
  signal?: AbortSignal;
  /** Called on the way and, with a share of 1, when a job has ended. */
  onReport: (job: number, report: Pick<Report, 'share' | 'meanReturn'>) => void;
}

/**
 * Runs `count` jobs and returns their outcomes in order. A job that fails leaves the others alone; an interrupt ends all of
 * them at once, those on other threads in the midst of a computation.
 * @param jobOf makes a job when its turn has come
 * @throws InterruptedError when it was interrupted; ParcelError where something cannot travel to another thread
 */
export async function runJobs(
  count: number,
  jobOf: (job: number) => Job,
  { workers, signal, onReport }: RunJobsOptions,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = new Array(count);
  const stop = new AbortController();
  const signals = [interruptSignal(), signal].filter(one => one !== undefined);
  const abort = () => stop.abort();
  for (const one of signals) {
    if (one.aborted) abort();
    one.addEventListener('abort', abort, { once: true });
  }
  const alone = workers === 1;
  if (!alone) prepareKernels(); // once, for all threads
  let next = 0;
  let refused: unknown;

  const onThread = (parcel: JobParcel) =>
    platform.threads.call('parallel/worker', parcel, {
      workers,
      signal: stop.signal,
      onMessage: report => onReport(parcel.job, report as Report),
    });

  async function work(): Promise<void> {
    while (next < count && !stop.signal.aborted) {
      const job = next++;
      let made: Job;
      let packed: unknown;
      try {
        made = jobOf(job);
        packed = packJob(made);
      } catch (error) {
        if (!(error instanceof ParcelError && alone)) {
          refused ??= error;
          return abort();
        }
      }
      const tell = (report: Report) => {
        if (stop.signal.aborted) throw new InterruptedError();
        onReport(job, report);
      };
      try {
        // Alone, too, a job gets copies of its own where it can, so that no job sees what another one changed.
        outcomes[job] = alone
          ? await run(job, packed === undefined ? made! : (unpack(packed) as Job), tell)
          : (unpack(await onThread({ job, packed })) as Outcome);
      } catch (error) {
        outcomes[job] = { error };
      }
      const { error } = outcomes[job] as { error?: unknown };
      if (alone && error instanceof InterruptedError) return abort();
      if (!stop.signal.aborted) onReport(job, { share: 1 });
    }
  }

  try {
    await Promise.all(Array.from({ length: Math.min(workers, count) }, work));
  } finally {
    for (const one of signals) one.removeEventListener('abort', abort);
  }
  if (refused) throw refused;
  if (stop.signal.aborted) throw new InterruptedError();
  return outcomes;
}
