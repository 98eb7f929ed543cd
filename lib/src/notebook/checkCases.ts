/**
 * `checkCases(mine, cases, right)`: an exercise's function tried on cases whose answers are known.
 *
 *   checkCases(myKl, [[[2, 4], 0.124], [[1, 1], 0]], 'Right.');
 *   // Not done yet: myKl returns NaN.   or   myKl(2, 4): expected 0.124, but got 0.5.   or   Right.
 */

import { show } from '../math/check';

/** What a function of an exercise returns. @experimental */
export type CaseAnswer = number | boolean | ArrayLike<number>;

/**
 * Prints one line: that nothing has been written yet, the first case that is wrong, or `right`. The function has not been
 * written if the first case gives undefined, NaN, or a list that is empty or holds NaN where something else is expected.
 * @param cases [arguments, answer] each
 * @param tolerance by which a number may be off; default 1e-9
 * @experimental
 */
export function checkCases<A extends unknown[]>(
  mine: (...args: A) => CaseAnswer | undefined,
  cases: readonly (readonly [args: A, answer: CaseAnswer])[],
  right: string,
  tolerance = 1e-9,
): void {
  if (typeof mine !== 'function')
    throw new TypeError(`mine is ${show(mine)}, but must be the function of the exercise.`);
  const [[firstArgs, firstAnswer]] = cases;
  const first = mine(...firstArgs);
  if (isNothing(first) && !same(first, firstAnswer, tolerance)) {
    const what = isList(first) && first.length === 0 ? 'an empty list' : isList(first) ? 'NaN' : first;
    console.log(`Not done yet: ${mine.name} returns ${what}.`);
    return;
  }
  const wrong = cases.find(([args, answer]) => !same(mine(...args), answer, tolerance));
  if (wrong) {
    const [args, answer] = wrong;
    const call = `${mine.name}(${args.map(text).join(', ')})`;
    console.log(`${call}: expected ${text(answer)}, but got ${text(mine(...args))}.`);
  } else console.log(right);
}

const isList = (value: unknown): value is ArrayLike<number> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

const isNothing = (value: unknown): boolean =>
  value === undefined ||
  Number.isNaN(value) ||
  (isList(value) && (value.length === 0 || Array.from(value).some(Number.isNaN)));

function same(mine: unknown, answer: CaseAnswer, tolerance: number): boolean {
  if (typeof answer === 'number')
    return mine === answer || (typeof mine === 'number' && Math.abs(mine - answer) < tolerance);
  if (typeof answer === 'boolean') return mine === answer;
  return (
    isList(mine) &&
    mine.length === answer.length &&
    Array.from(mine).every((x, i) => same(x, answer[i], tolerance))
  );
}

/** A value as a reader wrote it, numbers to six significant digits. */
const text = (value: unknown): string =>
  isList(value)
    ? `[${Array.from(value, text).join(', ')}]`
    : typeof value === 'number' && Number.isFinite(value)
      ? String(Number(value.toPrecision(6)))
      : String(value);
