/** Homework 4, PPO: the ratio, the clip, the KL penalty and its coefficient. */

export const ppoChecks = {};
