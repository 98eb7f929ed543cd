/** The checks of the homework, under the names of the functions that they check: `check.rewardToGo(rewardToGo)`. */

import { baselineChecks } from './baselines';
import { performanceDifferenceChecks } from './performanceDifference';
import { policyGradientChecks } from './policyGradients';
import { ppoChecks } from './ppo';

/** The homework's checks, one for each exercise, by the name of the function that is asked for. @experimental */
export const check = {
  ...policyGradientChecks,
  ...baselineChecks,
  ...performanceDifferenceChecks,
  ...ppoChecks,
};
