/** How a student's loss in TensorFlow.js is checked: its value and its gradient, against objectives in closed form. */

import type { Rng } from '../math/rng';
import type { Scalar, Tensor, Tensor2D } from '../networks/tf/types';
import { type PolicyMinibatch, type PolicyObjective, policyObjective } from '../objectives/objective';
import { type TfBatch, type TfObjectiveFunction, tfObjective } from '../objectives/tfObjective';
import { type Answer, checkOf, isPromise, quieten, text } from './exercise';
import { describeCase, drawCase, handSized, type LossCase, rounded } from './lossCases';

/** What went wrong, in words that a student is shown as they are. */
class Told extends Error {}

const DETACHED =
  'the result does not depend on y, so that it has no gradient and nothing would be learned: somewhere on the way the ratio was detached, that is, made a constant (dataSync, arraySync, tf.tensor of plain numbers), or y is not used at all.';

const SIGMA = ' (The second half of a Gaussian head is log sigma, not sigma.)';

/** Hints for what `tfObjective` throws. What comes of the numbers of an input is told with that input. */
const explainWith =
  (describe: (input: LossCase) => string) =>
  (error: unknown, input: LossCase): string | undefined => {
    const message = (error as Error)?.message ?? '';
    const here = `for ${describe(input)}, it gives`;
    if (error instanceof Told) return message.replace(/^it gives/, here);
    if (/does not depend on y/.test(message)) return DETACHED;
    if (/NaN|Infinity/.test(message))
      return `${here} numbers that are not finite: is there a division by 0, or the logarithm of a number that is not positive?${input.head.kind === 'gaussian' ? SIGMA : ''}`;
    const shape = /tensor of shape (\[.*?\])/.exec(message)?.[1];
    if (shape)
      return `${here} a tensor of shape ${shape}, but must give a single number, the mean over the minibatch.`;
    const value = /returned (.*), but must return a scalar tensor/.exec(message)?.[1];
    if (value === 'undefined')
      return 'it returns nothing, but must return a scalar tensor: is a return missing?';
    if (value === 'a promise')
      return 'it returns a promise, but must return a scalar tensor: it must not be async.';
    return value && `it returns ${value}, but must return a scalar tensor.`;
  };

/** Value and gradient with respect to y of an objective. */
export function evaluate(objective: PolicyObjective, { head, y, minibatch }: LossCase) {
  const gradient = new Float64Array(y.length);
  const { value } = objective.evaluate(Float64Array.from(y), minibatch, head, gradient);
  return { value, gradient };
}

const FLOAT32 = 3e-5;

export type Loss = (y: Tensor2D, batch: TfBatch, setting: number) => Scalar | Tensor;

/** The check of a loss, by value and gradient. */
export function lossCheck<F extends Loss>(options: {
  name: string;
  /** The name of its third parameter, and how to draw it. */
  setting?: { name: string; hand: number; draw(rng: Rng): number };
  truth(setting: number): PolicyObjective;
  parts: readonly (keyof PolicyMinibatch)[];
  mistakes: readonly { hint: string; made: Loss }[];
}) {
  const { name, setting, truth, parts, mistakes } = options;
  const ask = (mine: Loss, input: LossCase) =>
    evaluate(
      tfObjective((y, batch) => quieten(mine(y, batch, input.setting))),
      input,
    );
  const describe = (input: LossCase) => describeCase(input, parts, setting?.name);
  return checkOf<F, LossCase>({
    name,
    cases: handSized(setting?.hand ?? 0.2),
    draw: rng => drawCase(rng, setting ? rounded(setting.draw(rng)) : 0.2),
    describe,
    ask,
    truth: input => evaluate(truth(input.setting), input),
    mistakes: mistakes.map(({ hint, made }) => ({ hint, answer: input => ask(made, input) })),
    explain: explainWith(describe),
    tolerance: FLOAT32,
  });
}

/** The check of a function that gives one number for each step: their values, and the gradient of their sum. */
export function stepCheck<F>(options: {
  name: string;
  /** What the numbers are called in answers. */
  values: string;
  call(f: F, y: Tensor2D, batch: TfBatch): Tensor;
  /** The value of step b; adds its gradient to dY. */
  truth: (steps: Parameters<PolicyObjective['add']>[0], b: number, dY: Float64Array) => number;
  cases: readonly LossCase[];
  draw(rng: Rng): LossCase;
  parts: readonly (keyof PolicyMinibatch)[];
  mistakes: readonly { hint: string; made: F }[];
}) {
  const { name, values, call, truth, cases, draw, parts, mistakes } = options;
  const answer = (list: number[], { gradient }: { gradient: Float64Array }): Answer => ({
    [values]: list,
    gradient,
  });
  const ask = (f: F, input: LossCase) => {
    const count = input.minibatch.advantages.length;
    let list: number[] = [];
    const total: TfObjectiveFunction = (y, batch) => {
      const result = quieten(call(f, y, batch));
      checkSteps(result, count);
      list = Array.from(result.dataSync());
      return result.sum();
    };
    const evaluated = evaluate(tfObjective(total), input);
    return answer(list, evaluated);
  };
  const describe = (input: LossCase) => describeCase(input, parts);
  return checkOf<F, LossCase>({
    name,
    cases,
    draw,
    describe,
    ask,
    truth: input => {
      const list: number[] = [];
      const each = policyObjective((steps, dY) => {
        for (let b = 0; b < steps.count; b++) list.push(truth(steps, b, dY as Float64Array));
        return 0;
      });
      return answer(list, evaluate(each, input));
    },
    mistakes: mistakes.map(({ hint, made }) => ({ hint, answer: input => ask(made, input) })),
    explain: explainWith(describe),
    tolerance: FLOAT32,
  });
}

/** Throws unless a result is a tensor of one number for each of `count` steps. */
function checkSteps(result: unknown, count: number): asserts result is Tensor {
  const { shape, dataSync } = (result ?? {}) as Partial<Tensor>;
  if (result === undefined)
    throw new Told(`it returns nothing, but must return a tensor of shape [${count}]: is a return missing?`);
  if (isPromise(result))
    throw new Told(
      `it returns a promise, but must return a tensor of shape [${count}]: it must not be async.`,
    );
  if (typeof dataSync !== 'function')
    throw new Told(`it returns ${text(result)}, but must return a tensor of shape [${count}].`);
  if (shape?.length !== 1 || shape[0] !== count)
    throw new Told(
      `it gives a tensor of shape [${shape}], but must give one number for each of the ${count} steps of the minibatch, shape [${count}].`,
    );
}
