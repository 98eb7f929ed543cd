/**
 * The performance difference lemma on 1,000 random MDPs of 20 states and 5 actions, with two random policies each: how
 * long checking all forms takes, and the largest disagreement between any two of them. Run: node bench/lemma.mjs
 */

import { performance } from 'node:perf_hooks';
import * as pglab from 'pglab';

const count = 1000;
const rng = new pglab.Rng(1);
const randomPolicy = () =>
  pglab
    .softmaxTabular({ states: 20, actions: 5, logits: Array.from({ length: 100 }, () => 2 * rng.normal()) })
    .table();

for (const gamma of [0.9, 0.99, 0.999]) {
  const pairs = Array.from({ length: count }, () => ({
    mdp: pglab.randomMDP({ states: 20, actions: 5, gamma, rng }),
    policy: randomPolicy(),
    newPolicy: randomPolicy(),
  }));
  let largest = 0;
  let largestRelative = 0;
  const start = performance.now();
  for (const { mdp, policy, newPolicy } of pairs) {
    const lemma = pglab.performanceDifference(mdp, policy, newPolicy);
    const forms = [
      lemma.difference,
      lemma.trajectoryForm,
      lemma.stateDistributionForm,
      lemma.importanceSamplingForm,
    ];
    const residual = Math.max(...forms) - Math.min(...forms);
    largest = Math.max(largest, residual);
    largestRelative = Math.max(
      largestRelative,
      residual / Math.max(1, Math.abs(lemma.J), Math.abs(lemma.newJ)),
    );
  }
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `gamma ${gamma}: ${count} MDPs of 20 states and 5 actions in ${seconds.toFixed(2)} s, ` +
      `largest residual ${largest.toExponential(1)} (relative to J: ${largestRelative.toExponential(1)})`,
  );
}
