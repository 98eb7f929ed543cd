/**
 * Exercises: a student's function held against the right one, with answers that teach.
 *
 * An exercise knows the right answer to any input, a few hand-sized inputs and how to draw random ones, and the mistakes
 * that people really make, each as the answers that it leads to:
 *
 *   answers of `mine` = right answers                        on every input: done
 *   answers of `mine` = answers of a known mistake           on every input: the hint names the mistake
 *   otherwise                                                the first wrong number, and what was expected
 *
 * The hand-sized inputs come first, so that the first wrong number is one that can be worked out on paper. What goes wrong
 * is told in one sentence, thrown as a `CheckError`; no answer holds a solution.
 */

import { checkInteger, knownOptions, type OptionNames } from '../math/check';
import { Rng } from '../math/rng';

/** What an exercise asks for: a number, or numbers in lists or under names. */
export type Answer = number | { readonly length: number; readonly [index: number]: Answer } | NamedAnswers;
interface NamedAnswers {
  readonly [name: string]: Answer;
}

/** A mistake that people make. */
export interface Mistake<Input> {
  /** Names the mistake and where to look; never the solution. */
  hint: string;
  /** What a function with this mistake answers. */
  answer(input: Input): Answer;
}

/** @typeParam F what the student writes  @typeParam Input what it is asked */
export interface Exercise<F, Input> {
  /** The name that the notebook gives the student's function. */
  name: string;
  /** Hand-sized inputs. */
  cases: readonly Input[];
  /** A random input. */
  draw(rng: Rng): Input;
  /** Names an input in a sentence: 'rewards = [1, 2], gamma = 0.5'. */
  describe(input: Input): string;
  /** What the student's function answers. */
  ask(mine: F, input: Input): unknown;
  /** The right answer. */
  truth(input: Input): Answer;
  mistakes: readonly Mistake<Input>[];
  /** A hint for something that the student's function throws when asked `input`, where there is one. */
  explain?(error: unknown, input: Input): string | undefined;
  /** How far an answer may be off, relative to 1 + |right answer|; `TOLERANCE` by default. */
  tolerance?: number;
}

/** That of doubles in a short formula. */
const TOLERANCE = 1e-9;

/** How thorough a check is. @experimental */
export interface CheckOptions {
  /** Random inputs beside the hand-sized ones; 40 by default. */
  cases?: number;
  /** Decides them. */
  seed?: number;
}

const CHECK_OPTIONS: OptionNames<CheckOptions> = { cases: 'optional', seed: 'optional' };

/** What is wrong with a student's function, in one sentence; it has no stack of calls. @experimental */
export class CheckError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CheckError';
    this.stack = `CheckError: ${message}`;
  }
}

/**
 * The check of an exercise: prints a line if `mine` is right, throws a `CheckError` if not.
 * @returns (mine, options) => void
 */
export function checkOf<F, Input>(exercise: Exercise<F, Input>): (mine: F, options?: CheckOptions) => void {
  const { name, cases, draw, truth, tolerance = TOLERANCE } = exercise;
  return (mine, options = {}) => {
    const { cases: random = 40, seed = 1 } = knownOptions(`check.${name}`, options, CHECK_OPTIONS);
    checkInteger('cases', random, 0);
    if (typeof mine !== 'function')
      throw new CheckError(`${name} is ${text(mine)}, but must be a function: check.${name}(${name}).`);
    const rng = new Rng(seed);
    const inputs = [...cases, ...Array.from({ length: random }, () => draw(rng))];
    const answers: unknown[] = [];
    for (const input of inputs) {
      const right = truth(input); // first: what `mine` does to the input comes too late to spoil it
      const answer = answerOf(exercise, mine, input);
      answers.push(answer);
      const difference = firstDifference(right, answer, tolerance);
      if (difference) throw complaint(exercise, mine, { inputs, answers, input, difference });
    }
    console.log(`${name}: right on ${cases.length} hand-sized and ${random} random cases.`);
  };
}

/** An exercise whose student writes a plain function of numbers and arrays. */
export interface FunctionExercise<F extends (...args: never[]) => Answer> {
  name: string;
  /** The names of its parameters, for messages. */
  parameters: readonly string[];
  /** Argument lists, hand-sized. */
  cases: readonly Parameters<F>[];
  draw(rng: Rng): Parameters<F>;
  solution: F;
  /** The function as somebody writes it who makes the mistake. */
  mistakes: readonly { hint: string; made: F }[];
  tolerance?: number;
}

/** The check of a plain function. It gets copies of the arguments, so that what it does to them stays with it. */
export function functionCheck<F extends (...args: never[]) => Answer>({
  parameters,
  solution,
  mistakes,
  ...exercise
}: FunctionExercise<F>): (mine: F, options?: CheckOptions) => void {
  const call = (f: F, args: Parameters<F>) => f(...structuredClone(args));
  return checkOf<F, Parameters<F>>({
    ...exercise,
    describe: args => parameters.map((parameter, i) => `${parameter} = ${text(args[i])}`).join(', '),
    ask: call,
    truth: args => call(solution, args),
    mistakes: mistakes.map(({ hint, made }) => ({ hint, answer: args => call(made, args) })),
  });
}

/** Whether a value is what an async function returns. */
export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';

/** The answer as it is. Promises in it may fail unheard: the sentence on them is that there should be none. */
export function quieten<T>(answer: T): T {
  for (const value of Array.isArray(answer) ? answer : [answer])
    if (isPromise(value)) Promise.resolve(value).catch(() => {});
  return answer;
}

/** Asks `mine`; what it throws becomes a sentence. */
function answerOf<F, Input>({ name, ask, describe, explain }: Exercise<F, Input>, mine: F, input: Input) {
  try {
    return quieten(ask(mine, input));
  } catch (error) {
    const [message] = String((error as Error)?.message ?? text(error)).split('\n', 1);
    if (/^not implemented yet/.test(message)) throw new CheckError(message);
    const hint = explain?.(error, input);
    if (hint) throw new CheckError(`${name}: ${hint}`);
    throw new CheckError(`${name} failed for ${describe(input)}: ${message}`, { cause: error });
  }
}

interface Difference {
  /** Where in the answer: '' for all of it, '[2]', '.gradient[0]'. */
  path: string;
  expected: Answer;
  got: unknown;
}

/** The sentence on a wrong answer. */
function complaint<F, Input>(
  exercise: Exercise<F, Input>,
  mine: F,
  {
    inputs,
    answers,
    input,
    difference,
  }: { inputs: readonly Input[]; answers: unknown[]; input: Input; difference: Difference },
): CheckError {
  const { name, describe, mistakes, tolerance = TOLERANCE } = exercise;
  const { path, expected, got } = difference;
  const where = `For ${describe(input)}, ${name}`;
  // The inputs that are left decide between mistakes that agree so far.
  for (const next of inputs.slice(answers.length)) {
    try {
      answers.push(quieten(exercise.ask(mine, next)));
    } catch {
      break;
    }
  }
  const made = mistakes.find(({ answer }) =>
    answers.every((given, i) => !firstDifference(answer(inputs[i]), given, tolerance)),
  );
  const shape = shapeComplaint(expected, got, path);
  if (shape && !made) return new CheckError(`${where} ${shape}`);
  const agreed = digitsAgreed(expected, got);
  const [given, right] = [got, expected].map(x =>
    agreed === undefined ? text(x) : numberText(x as number, agreed + 1),
  );
  const says = `${where} gives ${given}${at(path)}, expected ${right}`;
  if (made) return new CheckError(`${says}. Hint: ${made.hint}`);
  if (agreed === undefined) return new CheckError(`${says}.`);
  return new CheckError(
    `${says}: that is right to ${agreed} digits only. Was it computed in float32, or was an iteration stopped too early?`,
  );
}

/** To how many digits two numbers agree that read the same in a sentence; undefined if they do not read the same. */
function digitsAgreed(expected: Answer, got: unknown): number | undefined {
  if (typeof expected !== 'number' || typeof got !== 'number' || text(got) !== text(expected))
    return undefined;
  let digits = DIGITS;
  while (digits < 16 && numberText(got, digits + 1) === numberText(expected, digits + 1)) digits++;
  return digits;
}

/** ' at gradient[0]'; nothing for all of the answer. */
const at = (path: string) => path && ` at ${path.replace(/^\./, '')}`;

/** What is wrong with an answer before its value is looked at; undefined where nothing is. */
function shapeComplaint(expected: Answer, got: unknown, path: string): string | undefined {
  const wanted = kindOf(expected);
  if (got === undefined)
    return path
      ? `gives nothing${at(path)}, but must give ${wanted} there.`
      : `returns nothing, but must return ${wanted}: is a return missing?`;
  if (isPromise(got)) return `returns a promise${at(path)}, but must return ${wanted}: it must not be async.`;
  if (typeof expected === 'number') {
    if (typeof got !== 'number') return `gives ${text(got)}${at(path)}, but must give a number.`;
    return Number.isNaN(got) && !Number.isNaN(expected)
      ? `gives NaN${at(path)}, but must give a number: is an index outside its array, or is there 0 / 0 or the log of a negative number?`
      : undefined;
  }
  if (!isList(expected)) {
    if (typeof got !== 'object' || got === null || isList(got))
      return `gives ${text(got)}${at(path)}, but must give ${wanted}.`;
    return undefined;
  }
  if (!isList(got)) return `gives ${text(got)}${at(path)}, but must give ${wanted}.`;
  return got.length === expected.length
    ? undefined
    : `gives a list of length ${got.length}${at(path)}, but must give ${wanted}.`;
}

/** The first place in which an answer is wrong; undefined if it is right. */
function firstDifference(
  expected: Answer,
  got: unknown,
  tolerance: number,
  path = '',
): Difference | undefined {
  if (shapeComplaint(expected, got, path)) return { path, expected, got };
  if (typeof expected === 'number') {
    const same =
      Object.is(expected, got) ||
      Math.abs((got as number) - expected) <= tolerance * (1 + Math.abs(expected));
    return same ? undefined : { path, expected, got };
  }
  const keys = isList(expected)
    ? Array.from({ length: expected.length }, (_, i) => i)
    : Object.keys(expected);
  for (const key of keys) {
    const inner = typeof key === 'number' ? `${path}[${key}]` : `${path}.${key}`;
    const [right, given] = [expected, got].map(value => (value as Record<string | number, Answer>)[key]);
    const difference = firstDifference(right, given, tolerance, inner);
    if (difference) return difference;
  }
  return undefined;
}

type List = Extract<Answer, { readonly length: number }>;

const isList = (value: unknown): value is List =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

function kindOf(answer: Answer): string {
  if (typeof answer === 'number') return 'a number';
  if (!isList(answer)) return `an object with ${Object.keys(answer).join(' and ')}`;
  const n = answer.length;
  if (n > 0 && isList(answer[0])) return `a list of ${n} list${n === 1 ? '' : 's'} of numbers`;
  return `a list of ${n} number${n === 1 ? '' : 's'}`;
}

/** How much of a value is shown: elements of a list, digits of a number. */
const [SHOWN, DIGITS] = [8, 6];

const numberText = (x: number, digits: number) => String(Number(x.toPrecision(digits)));

/** A value in a sentence: numbers to six digits, the first eight elements of a list, the fields of a plain object. */
export function text(value: unknown): string {
  if (typeof value === 'number') return numberText(value, DIGITS);
  if (typeof value === 'string')
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 37)}...` : value);
  if (isList(value)) {
    const head = Array.from({ length: Math.min(value.length, SHOWN) }, (_, i) => text(value[i]));
    const rest = value.length > SHOWN ? [`... (${value.length} in all)`] : [];
    return `[${[...head, ...rest].join(', ')}]`;
  }
  if (typeof value === 'function') return 'a function';
  if (value && Object.getPrototypeOf(value) === Object.prototype) {
    const fields = Object.entries(value).map(([name, inner]) => `${name}: ${text(inner)}`);
    return fields.length > 0 && fields.length <= SHOWN ? `{ ${fields.join(', ')} }` : 'an object';
  }
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
