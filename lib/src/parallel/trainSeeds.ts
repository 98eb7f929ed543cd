/**
 * A learning curve is several trainings that differ in their seed alone, and they have nothing to do with each other: so they
 * run at the same time, each on a thread of its own,
 *
 *   const runs = await trainSeeds({
 *     algorithm: ppoClip, env, seeds: [1, 2, 3, 4, 5],
 *     settings: seed => ({ totalSteps: 50_000, policy: mlpPolicy({ env, seed }), critic: mlp({ inputs: 4, outputs: 1, seed }) }),
 *   });
 *
 * and come back in the order of the seeds, the same bytes as one after the other. What a training needs travels to its
 * thread by ./parcel.ts, which says what can; functions of one's own do by `fromModule`. What it returns travels back: the
 * policy plays here, the critic can be asked.
 */

import type { Env } from '../envs/env';
import { checkInteger, fail, knownOptions, type OptionNames, show } from '../math/check';
import { type Progress, progress } from '../notebook/progress';
import { platform } from '../platform';
import type { Job } from './job';
import { ParcelError } from './parcel';
import { runJobs } from './runJobs';

/** A function that trains, as all of the library's: of one object of options, `seed` and perhaps `onIteration` among them. */
// biome-ignore lint/suspicious/noExplicitAny: any options will do; those of the algorithm at hand are inferred.
export type TrainingAlgorithm = (options: any) => unknown;

/** Options of a training; whichever are left out take their defaults. What is watched is the bar: `onIteration` is taken. */
type Own<A extends TrainingAlgorithm> = Partial<Omit<Parameters<A>[0], 'onIteration'>>;

/** The options of all trainings, or those of one by its seed. */
export type SeedSettings<A extends TrainingAlgorithm> = Own<A> | ((seed: number) => Own<A>);

/** Settings that may name another algorithm than that of the other variants, and then have that one's options. */
type OwnVariant<A extends TrainingAlgorithm> =
  | Own<A>
  | { algorithm: TrainingAlgorithm; [option: string]: unknown };
/** What a variant changes of the common settings, perhaps by the seed. */
export type VariantSettings<A extends TrainingAlgorithm> = OwnVariant<A> | ((seed: number) => OwnVariant<A>);

/** Options of `trainSeeds`. */
export interface TrainSeedsOptions<A extends TrainingAlgorithm> {
  /** `ppoClip`, `reinforce`, ...; or one's own, from `fromModule`. */
  algorithm: A;
  /** The task, for all of them; it may as well stand in `settings`. */
  env?: Env;
  /** The other options: the same for all, or a function of the seed. What learns in place, a baseline, is made anew there. */
  settings?: SeedSettings<A>;
  /** One training for each. */
  seeds: readonly number[];
  /** Trainings at the same time; by default as many as there are processors. 1 runs them here, one after the other. */
  workers?: number;
  /** What the progress bar says. */
  label?: string;
  /** A bar of the caller's own, which counts trainings and is not ended here; or false for none. */
  progress?: Progress | false;
  /** Ends all trainings when it is aborted. In a notebook the interrupt button does that anyway. */
  signal?: AbortSignal;
}

/** `trainSeeds` of several variants: for each name the settings that it adds to, or changes in, the common ones. */
export interface TrainVariantsOptions<A extends TrainingAlgorithm, Name extends string>
  extends TrainSeedsOptions<A> {
  /** For each name, the settings of its variant. */
  variants: Readonly<Record<Name, VariantSettings<A>>>;
}

const TRAIN_SEEDS_OPTIONS: OptionNames<
  TrainSeedsOptions<TrainingAlgorithm> & Partial<TrainVariantsOptions<TrainingAlgorithm, string>>
> = {
  algorithm: 'required',
  env: 'optional',
  settings: 'optional',
  seeds: 'required',
  workers: 'optional',
  label: 'optional',
  progress: 'optional',
  signal: 'optional',
  variants: 'optional',
};

/** What a training returns. */
type Result<A extends TrainingAlgorithm> = Awaited<ReturnType<A>>;

/** A training that failed. */
export interface SeedFailure {
  /** The seed of the training. */
  seed: number;
  /** Of `variants`, if there were any. */
  variant?: string;
  /** What it threw. */
  error: unknown;
}

/** Some trainings failed; the others did not. */
export class SeedsError extends Error {
  /** The kind of error, for code that can't use `instanceof`. */
  override readonly name = 'SeedsError';

  /**
   * @param failures which, and why
   * @param results what `trainSeeds` would have returned, with undefined in the places of those that failed
   */
  constructor(
    count: number,
    readonly failures: readonly SeedFailure[],
    readonly results: unknown,
  ) {
    if (!Array.isArray(failures) || !failures.every(failure => 'error' in Object(failure)))
      throw new TypeError(`failures is ${show(failures)}, but must be a list of { seed, error }.`);
    const told = failures.map(({ seed, variant, error }) => {
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : show(error);
      return `seed ${seed}${variant === undefined ? '' : ` of ${variant}`} (${reason.replace(/\.$/, '')})`;
    });
    super(
      `${failures.length} of ${count} trainings failed: ${told.join(', ')}; error.results holds those of the others.`,
      { cause: failures[0]?.error },
    );
  }
}

/**
 * Trains once for each seed, `workers` at a time, and returns what the algorithm returns, in the order of the seeds; with
 * `variants`, an object of such arrays.
 *
 * Rejects with a `SeedsError` when trainings failed, after the others have ended; with an `InterruptedError` when it was
 * interrupted; and with a `ParcelError` that says where if something cannot be sent to a worker.
 */
export function trainSeeds<A extends TrainingAlgorithm, Name extends string>(
  options: TrainVariantsOptions<A, Name>,
): Promise<Record<Name, Result<A>[]>>;
export function trainSeeds<A extends TrainingAlgorithm>(options: TrainSeedsOptions<A>): Promise<Result<A>[]>;
export async function trainSeeds(
  options: TrainSeedsOptions<TrainingAlgorithm> & Partial<TrainVariantsOptions<TrainingAlgorithm, string>>,
): Promise<unknown> {
  const { algorithm, env, settings, seeds, variants, signal } = knownOptions(
    'trainSeeds',
    options,
    TRAIN_SEEDS_OPTIONS,
  );
  checkOptions(options);
  const { available, processors } = platform.threads;
  const workers = available ? (options.workers ?? processors) : 1;
  const names = variants ? Object.keys(variants) : [undefined];
  const trainings = names.flatMap(variant => seeds.map(seed => ({ variant, seed })));
  const at = (settings: VariantSettings<TrainingAlgorithm> | undefined, seed: number) =>
    typeof settings === 'function' ? settings(seed) : settings;
  const jobOf = (job: number): Job => {
    const { variant, seed } = trainings[job];
    const own = { ...at(settings, seed), ...(variant !== undefined && at(variants![variant], seed)) };
    const { algorithm: another = algorithm, ...rest } = own as Record<string, unknown>;
    if (rest.onIteration !== undefined)
      fail(
        'settings.onIteration is given, but trainSeeds watches the trainings itself; each history tells all.',
      );
    return { algorithm: another as Job['algorithm'], settings: { ...(env && { env }), seed, ...rest } };
  };

  const bar = new SeedsBar(trainings.length, options);
  const { length: count } = trainings;
  const outcomes = await runJobs(count, jobOf, {
    workers: Math.min(workers, count),
    signal,
    onReport: (job, { share, meanReturn }) => bar.report(job, share, meanReturn),
  }).catch(error => {
    if (!(error instanceof ParcelError)) bar.done();
    throw error;
  });
  bar.done();
  const results = outcomes.map(outcome => ('result' in outcome ? outcome.result : undefined));
  const perName = names.map((_, i) => results.slice(i * seeds.length, (i + 1) * seeds.length));
  const all = variants ? Object.fromEntries(names.map((name, i) => [name, perName[i]])) : perName[0];
  const failures = trainings.flatMap(({ seed, variant }, job): SeedFailure[] =>
    'error' in outcomes[job] ? [{ seed, variant, error: (outcomes[job] as { error: unknown }).error }] : [],
  );
  if (failures.length > 0) throw new SeedsError(count, failures, all);
  return all;
}

function checkOptions({
  algorithm,
  seeds,
  settings,
  variants,
  workers,
}: TrainSeedsOptions<TrainingAlgorithm> & Partial<TrainVariantsOptions<TrainingAlgorithm, string>>): void {
  if (typeof algorithm !== 'function')
    throw new TypeError(`algorithm is ${show(algorithm)}, but must be a function that trains, e.g. ppoClip.`);
  if (!Array.isArray(seeds) || seeds.length === 0)
    throw new TypeError(`seeds is ${show(seeds)}, but must be an array of at least one seed.`);
  seeds.forEach((seed, i) => {
    checkInteger(`seeds[${i}]`, seed);
  });
  if (workers !== undefined) checkInteger('workers', workers, 1);
  const all = {
    settings,
    ...Object.fromEntries(Object.entries(variants ?? {}).map(([k, v]) => [`variants['${k}']`, v])),
  };
  for (const [name, value] of Object.entries(all))
    if (value !== undefined && typeof value !== 'function' && (typeof value !== 'object' || value === null))
      throw new TypeError(
        `${name} is ${show(value)}, but must be an object of options, or a function of the seed that returns one.`,
      );
  if (variants && Object.keys(variants).length === 0)
    fail('variants is empty, but must hold the settings of at least one variant.');
}

const BINS = 60;

/** One bar for all trainings. Its curve is the mean return over the share of a training that is behind, of all that got there. */
class SeedsBar {
  private readonly shares: Float64Array;
  private readonly latest = new Map<number, number>();
  private readonly sums = new Float64Array(BINS);
  private readonly counts = new Float64Array(BINS);
  private readonly bar?: Progress;
  private readonly label: string;
  private readonly isOurs: boolean;

  constructor(
    private readonly total: number,
    {
      algorithm,
      label = `${algorithm.name || 'training'}, ${total} runs`,
      progress: given,
    }: TrainSeedsOptions<TrainingAlgorithm>,
  ) {
    this.shares = new Float64Array(total);
    this.label = label;
    this.isOurs = given === undefined;
    this.bar = given === undefined ? progress({ total, label }) : given || undefined;
  }

  report(job: number, share: number, meanReturn?: number): void {
    const { bar, shares, latest, sums, counts } = this;
    if (!bar) return;
    if (share > shares[job]) shares[job] = share;
    if (share === 1) latest.delete(job);
    else if (Number.isFinite(meanReturn)) {
      latest.set(job, meanReturn!);
      if (Number.isFinite(share)) {
        const bin = Math.min(BINS - 1, Math.floor(BINS * share));
        sums[bin] += meanReturn!;
        counts[bin]++;
      }
    }
    const done = shares.reduce((sum, one) => sum + one, 0);
    bar.draw(Array.from(sums, (sum, bin) => sum / counts[bin]).filter(Number.isFinite));
    const running = this.isOurs ? [...latest.values()] : []; // a value would stay in the line of the caller's bar
    bar.update(done, running.length > 0 ? running.reduce((a, b) => a + b) / running.length : undefined);
  }

  /** Ends our own bar. */
  done(): void {
    const finished = this.shares.filter(share => share === 1).length;
    if (this.isOurs) this.bar?.done(`${this.label}: ${finished} of ${this.total} done`);
  }
}
