/** What every training loop does besides learning: it stops when a number is no longer one. */

/** Training stopped because a number was NaN or infinite. */
export class TrainingError extends RangeError {
  override readonly name = 'TrainingError';
  /** What was good until then, where the algorithm keeps it: policy, critic and history, as it would have returned them. */
  result?: unknown;

  /**
   * @param algorithm its name
   * @param iteration the one that failed
   * @param quantity what was not a number, e.g. 'a reward'
   * @param value NaN, Infinity or -Infinity; without one `quantity` is the whole reason
   */
  constructor(
    algorithm: string,
    readonly iteration: number,
    readonly quantity: string,
    value?: number,
  ) {
    super(
      `${algorithm} stopped at iteration ${iteration}: ${value === undefined ? quantity : `${quantity} is ${value}, but must be a finite number.`}`,
    );
  }
}

/** The first number that is NaN or infinite, if there is one. */
export function firstBadNumber(values: ArrayLike<number>): number | undefined {
  for (let k = 0; k < values.length; k++) if (!Number.isFinite(values[k])) return values[k];
  return undefined;
}

/** Throws, naming algorithm and iteration, if one of the values is NaN or infinite. */
export function checkAllFinite(
  algorithm: string,
  iteration: number,
  what: string,
  values: ArrayLike<number>,
): void {
  const bad = firstBadNumber(values);
  if (bad !== undefined) throw new TrainingError(algorithm, iteration, what, bad);
}
