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

/** The limits of x, then the coefficients of P and of Q in turn, highest power first; the last of both is 1. */
const constants = memory.data<f32>([
  -7.9, 7.9, 1.5427954e-8, 8.59877218e-7, 2.20232323e-5, 0.000342364918, 0.00357899116, 0.0261922348,
  0.134506196, 0.467839479, 1,
]);

/** Four times constant i, read from memory: a load is cheaper than making it anew for each four numbers, as engines do. */
function constant(i: i32): v128 {
  return v128.load_splat<f32>(constants + ((<usize>i) << 2));
}

/** tanh of four numbers. */
function tanh(x: v128): v128 {
  const t = f32x4.pmax(f32x4.pmin(x, constant(1)), constant(0));
  const y = f32x4.mul(t, t);
  let p = constant(2);
  let q = constant(3);
  p = f32x4.add(f32x4.mul(p, y), constant(4));
  q = f32x4.add(f32x4.mul(q, y), constant(5));
  p = f32x4.add(f32x4.mul(p, y), constant(6));
  q = f32x4.add(f32x4.mul(q, y), constant(7));
  p = f32x4.add(f32x4.mul(p, y), constant(8));
  q = f32x4.add(f32x4.mul(q, y), constant(9));
  p = f32x4.add(f32x4.mul(p, y), constant(10));
  q = f32x4.add(f32x4.mul(q, y), constant(10));
  return f32x4.div(f32x4.mul(t, p), q);
}
