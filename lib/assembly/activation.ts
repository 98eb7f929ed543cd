/**
 * Activation functions and their derivatives, over flat arrays.
 *
 * tanh is a rational function, x P(x^2) / Q(x^2) with P and Q of degree 4, where |x| < 7.9, and constant beyond, where
 * tanh is within 3e-7 of 1. P and Q minimise the largest relative error on that interval (6e-9, by iteratively
 * reweighted least squares); rounding to float32 makes it 3.2e-7, some five units in the last place.
 */

/** x <- phi(x) for the `count` numbers at `x`; `relu` chooses max(0, x), else tanh. NaN stays NaN. */
export function activate(relu: bool, count: i32, x: usize): void {
  const end = x + ((<usize>count) << 2);
  if (relu) for (; x < end; x += 16) v128.store(x, f32x4.pmax(v128.load(x), f32x4.splat(0)));
  else for (; x < end; x += 16) v128.store(x, tanh(v128.load(x)));
}

/**
 * The chain rule through phi: d <- d phi'(z), where y = phi(z). For tanh phi' is 1 - y^2; for relu it is 1 where y > 0
 * and 0 elsewhere.
 */
export function differentiate(relu: bool, count: i32, y: usize, d: usize): void {
  const end = d + ((<usize>count) << 2);
  if (relu)
    for (; d < end; d += 16, y += 16)
      v128.store(d, v128.and(v128.load(d), f32x4.gt(v128.load(y), f32x4.splat(0))));
  else
    for (; d < end; d += 16, y += 16) {
      const t = v128.load(y);
      v128.store(d, f32x4.mul(v128.load(d), f32x4.sub(f32x4.splat(1), f32x4.mul(t, t))));
    }
}

/** tanh of four numbers. */
function tanh(x: v128): v128 {
  const limit = f32x4.splat(7.9);
  const t = f32x4.pmax(f32x4.pmin(x, limit), f32x4.neg(limit));
  const y = f32x4.mul(t, t);
  let p = f32x4.splat(1.5427954e-8);
  p = f32x4.add(f32x4.mul(p, y), f32x4.splat(2.20232323e-5));
  p = f32x4.add(f32x4.mul(p, y), f32x4.splat(0.00357899116));
  p = f32x4.add(f32x4.mul(p, y), f32x4.splat(0.134506196));
  p = f32x4.add(f32x4.mul(p, y), f32x4.splat(1));
  let q = f32x4.splat(8.59877218e-7);
  q = f32x4.add(f32x4.mul(q, y), f32x4.splat(0.000342364918));
  q = f32x4.add(f32x4.mul(q, y), f32x4.splat(0.0261922348));
  q = f32x4.add(f32x4.mul(q, y), f32x4.splat(0.467839479));
  q = f32x4.add(f32x4.mul(q, y), f32x4.splat(1));
  return f32x4.div(f32x4.mul(t, p), q);
}
