/**
 * Activation functions and their derivatives, over flat arrays.
 *
 * tanh is a rational function, x P(x^2) / Q(x^2) with P and Q of degree 4, where |x| < 7.9, and constant beyond, where
 * tanh is within 3e-7 of 1. P and Q minimise the largest relative error on that interval (6e-9, by iteratively
 * reweighted least squares); rounding to float32 makes it 3.2e-7, some five units in the last place.
 *
 * Eight numbers are worked out side by side, their loads first and their stores last: V8 can then join each two operations
 * of four numbers into one of eight (lib/src/networks/simd/wide.ts), which it does not across a store.
 */

import { settle } from './wide';

/** x <- phi(x) for the `count` numbers at `x`; `relu` chooses max(0, x), else tanh. NaN stays NaN. */
export function activate(relu: bool, count: i32, x: usize): void {
  const end = x + ((<usize>count) << 2);
  if (relu)
    for (; x < end; x += 32) {
      const x0 = f32x4.pmax(v128.load(x), f32x4.splat(0));
      const x1 = f32x4.pmax(v128.load(x, 16), f32x4.splat(0));
      v128.store(x, x0);
      v128.store(x, x1, 16);
    }
  else for (; x < end; x += 32) tanh(x);
  settle();
}

/**
 * The chain rule through phi: d <- d phi'(z), where y = phi(z). For tanh phi' is 1 - y^2; for relu it is 1 where y > 0
 * and 0 elsewhere.
 */
export function differentiate(relu: bool, count: i32, y: usize, d: usize): void {
  const end = d + ((<usize>count) << 2);
  if (relu)
    for (; d < end; d += 32, y += 32) {
      const d0 = throughRelu(v128.load(y), v128.load(d));
      const d1 = throughRelu(v128.load(y, 16), v128.load(d, 16));
      v128.store(d, d0);
      v128.store(d, d1, 16);
    }
  else
    for (; d < end; d += 64, y += 64) {
      const d0 = throughTanh(v128.load(y), v128.load(d));
      const d1 = throughTanh(v128.load(y, 16), v128.load(d, 16));
      const d2 = throughTanh(v128.load(y, 32), v128.load(d, 32));
      const d3 = throughTanh(v128.load(y, 48), v128.load(d, 48));
      v128.store(d, d0);
      v128.store(d, d1, 16);
      v128.store(d, d2, 32);
      v128.store(d, d3, 48);
    }
  settle();
}

/** d where y > 0, else 0, of four numbers. */
function throughRelu(y: v128, d: v128): v128 {
  return v128.and(d, f32x4.gt(y, f32x4.splat(0)));
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

/** Four times constant i, read from memory: a load is cheaper than making it anew for each eight numbers, as engines do. */
function constant(i: i32): v128 {
  return v128.load_splat<f32>(constants + ((<usize>i) << 2));
}

/** tanh of the eight numbers at x. */
function tanh(x: usize): void {
  let a = constant(1);
  let b = constant(0);
  const x0 = f32x4.pmax(f32x4.pmin(v128.load(x), a), b);
  const x1 = f32x4.pmax(f32x4.pmin(v128.load(x, 16), a), b);
  const y0 = f32x4.mul(x0, x0);
  const y1 = f32x4.mul(x1, x1);

  a = constant(2);
  b = constant(4);
  let p0 = f32x4.add(f32x4.mul(a, y0), b);
  let p1 = f32x4.add(f32x4.mul(a, y1), b);
  a = constant(3);
  b = constant(5);
  let q0 = f32x4.add(f32x4.mul(a, y0), b);
  let q1 = f32x4.add(f32x4.mul(a, y1), b);

  a = constant(6);
  p0 = f32x4.add(f32x4.mul(p0, y0), a);
  p1 = f32x4.add(f32x4.mul(p1, y1), a);
  a = constant(7);
  q0 = f32x4.add(f32x4.mul(q0, y0), a);
  q1 = f32x4.add(f32x4.mul(q1, y1), a);

  a = constant(8);
  p0 = f32x4.add(f32x4.mul(p0, y0), a);
  p1 = f32x4.add(f32x4.mul(p1, y1), a);
  a = constant(9);
  q0 = f32x4.add(f32x4.mul(q0, y0), a);
  q1 = f32x4.add(f32x4.mul(q1, y1), a);

  a = constant(10);
  p0 = f32x4.add(f32x4.mul(p0, y0), a);
  p1 = f32x4.add(f32x4.mul(p1, y1), a);
  q0 = f32x4.add(f32x4.mul(q0, y0), a);
  q1 = f32x4.add(f32x4.mul(q1, y1), a);

  p0 = f32x4.div(f32x4.mul(x0, p0), q0);
  p1 = f32x4.div(f32x4.mul(x1, p1), q1);
  v128.store(x, p0);
  v128.store(x, p1, 16);
}
