/** Student's t distribution. */

import { checkInteger } from './check';
import { checkConfidence } from './sample';

/**
 * The t with P(|T| < t) = confidence for Student's distribution with a whole number of degrees of freedom: bisection on
 * the closed form of Abramowitz and Stegun 1964, 26.7.3 and 26.7.4.
 */
export function studentQuantile(confidence: number, degrees: number): number {
  checkConfidence(confidence);
  checkInteger('degrees', degrees, 1);
  if (degrees > 1000) {
    // From here on the quantile is linear in 1 / degrees to about five digits.
    const [t500, t1000] = [studentQuantile(confidence, 500), studentQuantile(confidence, 1000)];
    return t1000 + (t500 - t1000) * (1000 / degrees - 1);
  }
  let low = 0;
  let high = 1;
  while (studentCoverage(high, degrees) < confidence) high *= 2;
  while (high - low > 1e-14 * high) {
    const t = (low + high) / 2;
    if (t === low || t === high) break;
    if (studentCoverage(t, degrees) < confidence) low = t;
    else high = t;
  }
  return (low + high) / 2;
}

/** P(|T| < t) for Student's T. */
function studentCoverage(t: number, degrees: number): number {
  const angle = Math.atan2(t, Math.sqrt(degrees));
  const cosine = Math.cos(angle);
  const odd = degrees % 2;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < degrees; k += 2) {
    term *= ((k - 1) / k) * cosine * cosine;
    sum += term;
  }
  const part = Math.sin(angle) * sum;
  return odd ? (2 / Math.PI) * (angle + part) : part;
}
