/** Minibatches on which the losses of the fourth problem set are checked, by hand and drawn. */

import { categoricalHead, gaussianHead, type Head } from '../distributions/head';
import type { Rng } from '../math/rng';
import type { PolicyMinibatch } from '../objectives/objective';
import { text } from './exercise';

/** The gradient [n] of one step's term of L^CLIP with respect to the logits y [n]. */
export type ClipGradient = (
  y: number[],
  action: number,
  advantage: number,
  oldLogProb: number,
  epsilon: number,
) => number[];

/** A minibatch, what the network puts out for it now, and the number (epsilon or beta) that the loss is given. */
export interface LossCase {
  head: Head;
  y: number[];
  minibatch: Required<PolicyMinibatch>;
  setting: number;
}

/** A case of some steps of a policy with the outputs `oldY`, which has moved on to `y`. */
export function lossCase(
  head: Head,
  { y, oldY, actions, advantages }: Record<'y' | 'oldY' | 'actions' | 'advantages', number[]>,
  setting = 0.2,
): LossCase {
  const oldLogProbs = advantages.map((_, b) =>
    head.logProb(oldY, b * head.parameterSize, actions, b * head.actionSize),
  );
  return { head, y, minibatch: { actions, advantages, oldLogProbs, oldParameters: oldY }, setting };
}

export const two = categoricalHead(2);
export const one = gaussianHead(1);
export const plane = gaussianHead(2);
export const [LOG2, LOG3] = [Math.log(2), Math.log(3)];

/** A single step whose old probabilities are 1/2 and 1/2. */
const coin = (y: number[], advantage: number, setting?: number) =>
  lossCase(two, { y, oldY: [0, 0], actions: [0], advantages: [advantage] }, setting);

/** Ratios 1, 1.5 (probability 3/4), 0.5 (1/4), with both signs of the advantage; then several steps; then a Gaussian. */
export const handSized = (setting: number): LossCase[] => [
  coin([0, 0], 2, setting),
  coin([LOG3, 0], 1, setting),
  coin([LOG3, 0], -1, setting),
  coin([0, LOG3], 1, setting),
  coin([0, LOG3], -1, setting),
  lossCase(
    two,
    { y: [LOG3, 0, 0, LOG3, LOG2, 0], oldY: [0, 0, 0, 0, 0, 0], actions: [0, 0, 1], advantages: [1, -2, 3] },
    setting,
  ),
  lossCase(one, { y: [0.5, 0], oldY: [0, 0], actions: [1], advantages: [1] }, setting),
  lossCase(one, { y: [0.5, 0, 0, LOG2], oldY: [0, 0, 0, 0], actions: [1, 2], advantages: [-1, 2] }, setting),
];

/** Three decimals: exact enough to be typed in again. */
export const rounded = (x: number) => Math.round(1000 * x) / 1000;

/** Some steps of an old policy, and a new one that is far enough from it for a clip to bind. */
export function drawCase(rng: Rng, setting: number, head = drawHead(rng)): LossCase {
  const count = rng.integer(2, 6);
  const oldY = Array.from({ length: count * head.parameterSize }, () => rounded(0.7 * rng.normal()));
  const actions = new Array<number>(count * head.actionSize).fill(0);
  for (let b = 0; b < count; b++)
    head.sample(oldY, b * head.parameterSize, rng, actions, b * head.actionSize);
  const y = oldY.map(x => rounded(x + 0.5 * rng.normal()));
  const advantages = Array.from({ length: count }, () => rounded(rng.normal()));
  return lossCase(head, { y, oldY, actions: actions.map(rounded), advantages }, setting);
}

export const drawHead = (rng: Rng): Head =>
  rng.uniform() < 0.5 ? categoricalHead(rng.integer(2, 5)) : gaussianHead(rng.integer(1, 3));

/** A case in a sentence; `parts` are those of the minibatch that the function is given. */
export function describeCase(
  { head, y, minibatch, setting }: LossCase,
  parts: readonly (keyof PolicyMinibatch)[],
  settingName?: string,
): string {
  const K = head.parameterSize;
  const rows = (flat: ArrayLike<number>) =>
    Array.from({ length: flat.length / K }, (_, b) => Array.from(flat).slice(b * K, (b + 1) * K));
  return [
    `a ${head.kind} policy with y = ${text(rows(y))}`,
    ...parts.map(
      part => `${part} = ${text(part === 'oldParameters' ? rows(minibatch[part]) : minibatch[part])}`,
    ),
    ...(settingName ? [`${settingName} = ${text(setting)}`] : []),
  ].join(', ');
}

// One step of L^CLIP by hand.

/** The case as a minibatch of one step. */
export const oneStep = (
  ...[y, action, advantage, oldLogProb, epsilon]: Parameters<ClipGradient>
): LossCase => ({
  head: categoricalHead(y.length),
  y,
  minibatch: { actions: [action], advantages: [advantage], oldLogProbs: [oldLogProb], oldParameters: y },
  setting: epsilon,
});
