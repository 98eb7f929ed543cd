/** Moving theta: Adam, and what clipping a gradient's norm and checking a gradient need. */

import { settle } from './wide';

/**
 * One ascent step of Adam (lib/src/networks/optimizers.ts has the formulas) for `count` parameters; the gradient is 0
 * afterwards. `meanScale` is 1 / (1 - beta1^k) and `squareScale` 1 / (1 - beta2^k) at update k.
 */
export function adam(
  count: i32,
  theta: usize,
  gradient: usize,
  mean: usize,
  square: usize,
  learningRate: f32,
  beta1: f32,
  beta2: f32,
  oneMinusBeta1: f32,
  oneMinusBeta2: f32,
  meanScale: f32,
  squareScale: f32,
  epsilon: f32,
): void {
  const end = theta + ((<usize>count) << 2);
  const keepMean = f32x4.splat(beta1);
  const keepSquare = f32x4.splat(beta2);
  const addMean = f32x4.splat(oneMinusBeta1);
  const addSquare = f32x4.splat(oneMinusBeta2);
  const rate = f32x4.splat(learningRate * meanScale);
  const scales = f32x4.splat(squareScale);
  const floor = f32x4.splat(epsilon);
  const magnitude = v128.load_splat<u32>(bits);
  const smallest = v128.load_splat<u32>(bits + 4);
  // Eight at a time, loads first and stores last: see ./activation.ts.
  for (; theta < end; theta += 32, gradient += 32, mean += 32, square += 32) {
    const g0 = v128.load(gradient);
    const g1 = v128.load(gradient, 16);
    let m0 = f32x4.add(f32x4.mul(keepMean, v128.load(mean)), f32x4.mul(addMean, g0));
    let m1 = f32x4.add(f32x4.mul(keepMean, v128.load(mean, 16)), f32x4.mul(addMean, g1));
    let v0 = f32x4.add(f32x4.mul(keepSquare, v128.load(square)), f32x4.mul(addSquare, f32x4.mul(g0, g0)));
    let v1 = f32x4.add(f32x4.mul(keepSquare, v128.load(square, 16)), f32x4.mul(addSquare, f32x4.mul(g1, g1)));
    m0 = flush(m0, magnitude, smallest);
    m1 = flush(m1, magnitude, smallest);
    v0 = flush(v0, magnitude, smallest);
    v1 = flush(v1, magnitude, smallest);
    const step0 = f32x4.div(f32x4.mul(rate, m0), f32x4.add(f32x4.sqrt(f32x4.mul(v0, scales)), floor));
    const step1 = f32x4.div(f32x4.mul(rate, m1), f32x4.add(f32x4.sqrt(f32x4.mul(v1, scales)), floor));
    const theta0 = f32x4.add(v128.load(theta), step0);
    const theta1 = f32x4.add(v128.load(theta, 16), step1);
    v128.store(mean, m0);
    v128.store(mean, m1, 16);
    v128.store(square, v0);
    v128.store(square, v1, 16);
    v128.store(theta, theta0);
    v128.store(theta, theta1, 16);
    v128.store(gradient, f32x4.splat(0));
    v128.store(gradient, f32x4.splat(0), 16);
  }
  settle();
}

/**
 * Four numbers, those too small to be normal ones (below 2^-126) made 0. Where a gradient stays 0, as behind a dead unit,
 * rounding would keep m and v there for ever, and processors take a hundred cycles for such numbers.
 */
function flush(x: v128, magnitude: v128, smallest: v128): v128 {
  return v128.andnot(x, i32x4.lt_s(v128.and(x, magnitude), smallest));
}

/** The bits of a number's magnitude, and the smallest and largest normal numbers; as whole numbers they are in order. */
const bits = memory.data<u32>([0x7fffffff, 0x00800000, 0x7f7fffff]);

/** The sum of the squares of `count` numbers, in float64. */
export function sumOfSquares(count: i32, x: usize): f64 {
  const tiled = x + ((<usize>(count & ~3)) << 2);
  const end = x + ((<usize>count) << 2);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (; x < tiled; x += 16) {
    const four = v128.load(x);
    const first = f64x2.promote_low_f32x4(four);
    const second = f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 0, 1));
    low = f64x2.add(low, f64x2.mul(first, first));
    high = f64x2.add(high, f64x2.mul(second, second));
  }
  low = f64x2.add(low, high);
  let sum = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
  for (; x < end; x += 4) {
    const last = <f64>load<f32>(x);
    sum += last * last;
  }
  return sum;
}

/** Whether none of `count` numbers is NaN or infinite. */
export function allFinite(count: i32, x: usize): bool {
  const end = x + ((<usize>count) << 2);
  let bad = i32x4.splat(0);
  for (; x + 60 < end; x += 64) {
    const low = v128.or(notFinite(v128.load(x)), notFinite(v128.load(x, 16)));
    const high = v128.or(notFinite(v128.load(x, 32)), notFinite(v128.load(x, 48)));
    bad = v128.or(bad, v128.or(low, high));
  }
  for (; x < end; x += 4) bad = v128.or(bad, notFinite(v128.load_splat<f32>(x)));
  return !v128.any_true(bad);
}

/** All bits of those of four numbers that are NaN or infinite: as whole numbers, their magnitudes are above all others. */
function notFinite(x: v128): v128 {
  return i32x4.gt_s(v128.and(x, v128.load_splat<u32>(bits)), v128.load_splat<u32>(bits + 8));
}

/** x <- factor x for `count` numbers. */
export function scale(count: i32, x: usize, factor: f32): void {
  const end = x + ((<usize>count) << 2);
  const factors = f32x4.splat(factor);
  for (; x < end; x += 32) {
    const x0 = f32x4.mul(v128.load(x), factors);
    const x1 = f32x4.mul(v128.load(x, 16), factors);
    v128.store(x, x0);
    v128.store(x, x1, 16);
  }
  settle();
}
