/** Homework 2, baselines and advantages: b*, fitted baselines, n-step and generalised advantages, actor-critic. */

export const baselineChecks = {};
