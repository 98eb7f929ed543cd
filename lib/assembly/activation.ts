/**
 * Activation functions and their derivatives, over flat arrays.
 *
 * tanh is a rational function, x P(x^2) / Q(x^2) with P and Q of degree 4, where |x| < 7.9, and constant beyond, where
 * tanh is within 3e-7 of 1. P and Q minimise the largest relative error on that interval (6e-9, by iteratively
 * reweighted least squares); rounding to float32 makes it 3.2e-7, some five units in the last place.
 *
 * Loops do sixteen numbers at a time: engines check for interrupts and make constants anew in each turn of a loop.
 */

/** x <- phi(x) for the `count` numbers at `x`; `relu` chooses max(0, x), else tanh. NaN stays NaN. */
export function activate(relu: bool, count: i32, x: usize): void {
  const end = x + ((<usize>count) << 2);
  if (relu) for (; x < end; x += 16) v128.store(x, f32x4.pmax(v128.load(x), f32x4.splat(0)));
  else {
    for (; x + 48 < end; x += 64) {
      if (anyIsLarge(x)) for (let i: usize = 0; i < 64; i += 16) v128.store(x + i, bounded(v128.load(x + i)));
      v128.store(x, tanh(v128.load(x)));
      v128.store(x, tanh(v128.load(x, 16)), 16);
      v128.store(x, tanh(v128.load(x, 32)), 32);
      v128.store(x, tanh(v128.load(x, 48)), 48);
    }
    for (; x < end; x += 16) v128.store(x, tanh(bounded(v128.load(x))));
  }
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
  else {
    for (; d + 48 < end; d += 64, y += 64) {
      v128.store(d, throughTanh(v128.load(y), v128.load(d)));
      v128.store(d, throughTanh(v128.load(y, 16), v128.load(d, 16)), 16);
      v128.store(d, throughTanh(v128.load(y, 32), v128.load(d, 32)), 32);
      v128.store(d, throughTanh(v128.load(y, 48), v128.load(d, 48)), 48);
    }
    for (; d < end; d += 16, y += 16) v128.store(d, throughTanh(v128.load(y), v128.load(d)));
  }
}

/** d (1 - y^2) of four numbers. */
function throughTanh(y: v128, d: v128): v128 {
  return f32x4.mul(d, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y)));
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

/**
 * Whether one of the sixteen numbers at x is beyond the limits, or NaN. Magnitudes are in the same order as whole numbers, and
 * comparing those takes nothing from the units of the processor that tanh keeps busy.
 */
function anyIsLarge(x: usize): bool {
  const magnitude = v128.load_splat<u32>(bits);
  const limit = v128.load_splat<u32>(bits + 4);
  const a = i32x4.gt_s(v128.and(v128.load(x), magnitude), limit);
  const b = i32x4.gt_s(v128.and(v128.load(x, 16), magnitude), limit);
  const c = i32x4.gt_s(v128.and(v128.load(x, 32), magnitude), limit);
  const d = i32x4.gt_s(v128.and(v128.load(x, 48), magnitude), limit);
  return v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)));
}

/** The bits of a number's magnitude, and 7.9. */
const bits = memory.data<u32>([0x7fffffff, 0x40fccccd]);

/** Four numbers within the limits. */
function bounded(x: v128): v128 {
  return f32x4.pmax(f32x4.pmin(x, constant(1)), constant(0));
}

/** tanh of four numbers within the limits. */
function tanh(t: v128): v128 {
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
