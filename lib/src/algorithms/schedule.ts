/**
 * Numbers that change while a policy is trained: a schedule is a function of the share of the training that is left, which
 * is 1 in the first iteration and falls to 0 at the end,
 *
 *   learningRate: left => 3e-4 * left          linearly to 0: what `annealLearningRate` does
 *   clipRange: left => 0.1 + 0.1 * left        from 0.2 to 0.1
 *
 * A schedule must depend on nothing else. Then a run that is resumed goes on as it would have without the break.
 */

import { checkFinite, fail, show } from '../math/check';
import type { Optimizer } from '../networks/optimizers';

/** A number, or a function of the share of training that is left, from 1 down to 0. */
export type Schedule = number | ((left: number) => number);

/** The number that holds while `left` of the training is left; `check` throws unless it is allowed. */
export function valueAt(
  name: string,
  schedule: Schedule,
  left: number,
  check: (name: string, value: number) => number = checkRate,
): number {
  return typeof schedule === 'number' ? schedule : check(`${name}(${left})`, schedule(left));
}

const checkRate = (name: string, value: number) => checkFinite(name, value, 0);

/** Throws unless a schedule is a function, or a number that `check` allows. */
export function checkSchedule(
  name: string,
  schedule: Schedule,
  check: (name: string, value: number) => number = checkRate,
): void {
  if (typeof schedule === 'function') valueAt(name, schedule, 1, check);
  else if (typeof schedule !== 'number')
    throw new TypeError(
      `${name} is ${show(schedule)}, but must be a number, or a function of the share of training that is left.`,
    );
  else check(name, schedule);
}

/** What tells two schedules apart in a checkpoint, where a function cannot be kept: its values along the way. */
export const settingOfSchedule = <Other>(
  schedule: Schedule | Other,
): string | number | Exclude<Other, (left: number) => number> =>
  typeof schedule === 'function'
    ? `a schedule by way of ${[1, 0.75, 0.5, 0.25, 0.125].map(schedule as (left: number) => number).join(', ')}`
    : (schedule as Exclude<Other, (left: number) => number>);

/** Throws if a schedule could not reach the optimizer. */
export function checkFollows(optimizer: Optimizer, learningRate: Schedule): void {
  if (typeof learningRate === 'function' && optimizer.learningRate === undefined)
    fail('learningRate is a function, but the optimizer is one without a learningRate that could follow it.');
}

/** Sets the learning rate of an optimizer, if a schedule says what it is. */
export function follow(optimizer: Optimizer, learningRate: Schedule, left: number): void {
  if (typeof learningRate === 'function')
    optimizer.learningRate = valueAt('learningRate', learningRate, left);
}
