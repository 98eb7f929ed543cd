/** Searches along a line: the maximum of a function of one number, and the root of one that increases. */

/**
 * The h > 0 at which a function is largest, and its value there. Begins with a grid of ratio 2 around the given scales;
 * see the top of this file.
 */
export function searchStep(
  objective: (h: number) => number,
  ...scales: number[]
): { h: number; value: number } {
  const points: { h: number; value: number }[] = [];
  const at = (h: number) => ({ h, value: objective(h) });
  const low = Math.min(...scales) / 64;
  const high = Math.max(...scales) * 64;
  for (let h = low; h < 2 * high; h *= 2) points.push(at(h));
  const best = () => points.reduce((top, point) => (point.value > top.value ? point : top));
  while (best() === points[0] && points[0].h > low * 1e-12) points.unshift(at(points[0].h / 2));
  while (best() === points[points.length - 1]) points.push(at(2 * points[points.length - 1].h));

  let found = best();
  for (let i = 1; i < points.length - 1; i++) {
    // Where all is decided, the objective is level but for rounding: no maximum to refine.
    const rises = points[i].value - points[i - 1].value > 1e-12 * Math.abs(points[i].value);
    if (!rises || points[i].value < points[i + 1].value) continue;
    const refined = goldenSection(at, points[i - 1].h, points[i + 1].h);
    if (refined.value > found.value) found = refined;
  }
  return found;
}

/** A local maximum within [low, high], searched on a logarithmic scale. */
function goldenSection(at: (h: number) => { h: number; value: number }, low: number, high: number) {
  const share = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [Math.log(low), Math.log(high)];
  let left = at(Math.exp(b - share * (b - a)));
  let right = at(Math.exp(a + share * (b - a)));
  while (b - a > 1e-7) {
    if (left.value >= right.value) {
      b = Math.log(right.h);
      right = left;
      left = at(Math.exp(b - share * (b - a)));
    } else {
      a = Math.log(left.h);
      left = right;
      right = at(Math.exp(a + share * (b - a)));
    }
  }
  return left.value >= right.value ? left : right;
}

/**
 * The root between low and high of an increasing function, given as [value, slope], negative at low and positive at
 * high: Newton steps, and bisection where one would leave the interval that is known to hold the root.
 */
export function increasingRoot(
  f: (x: number) => [number, number],
  low: number,
  high: number,
  start: number,
): number {
  let x = start;
  for (let i = 0; i < 200; i++) {
    const [value, slope] = f(x);
    if (value === 0) return x;
    if (value < 0) low = x;
    else high = x;
    const newton = x - value / slope;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - x) <= 1e-13 * next) return next;
    x = next;
  }
  return x;
}
