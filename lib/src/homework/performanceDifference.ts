/** Homework 3, the performance difference lemma: d^pi, the surrogate, its bound, importance sampling. */

export const performanceDifferenceChecks = {};
