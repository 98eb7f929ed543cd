/** Numbers of runs in turn, as their smallest, middle and largest. */

import { median } from './peers/report.mjs';

/** '1.52 1.60 1.63' */
export const spread = (x, digits = 2) =>
  [Math.min(...x), median(x), Math.max(...x)].map(value => value.toFixed(digits)).join(' ');
