/** Moving theta: Adam, and what clipping a gradient's norm and checking a gradient need. */

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
  for (; theta < end; theta += 16, gradient += 16, mean += 16, square += 16) {
    const g = v128.load(gradient);
    const m = flush(f32x4.add(f32x4.mul(keepMean, v128.load(mean)), f32x4.mul(addMean, g)));
    const v = flush(
      f32x4.add(f32x4.mul(keepSquare, v128.load(square)), f32x4.mul(addSquare, f32x4.mul(g, g))),
    );
    v128.store(mean, m);
    v128.store(square, v);
    const step = f32x4.div(f32x4.mul(rate, m), f32x4.add(f32x4.sqrt(f32x4.mul(v, scales)), floor));
    v128.store(theta, f32x4.add(v128.load(theta), step));
    v128.store(gradient, f32x4.splat(0));
  }
}

/**
 * Four numbers, those too small to be normal ones (below 2^-126) made 0. Where a gradient stays 0, as behind a dead unit,
 * rounding would keep m and v there for ever, and processors take a hundred cycles for such numbers.
 */
function flush(x: v128): v128 {
  const magnitude = v128.and(x, v128.load_splat<u32>(bits));
  return v128.andnot(x, i32x4.lt_s(magnitude, v128.load_splat<u32>(bits + 4)));
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
  for (; x + 48 < end; x += 64) {
    v128.store(x, f32x4.mul(v128.load(x), factors));
    v128.store(x, f32x4.mul(v128.load(x, 16), factors), 16);
    v128.store(x, f32x4.mul(v128.load(x, 32), factors), 32);
    v128.store(x, f32x4.mul(v128.load(x, 48), factors), 48);
  }
  for (; x < end; x += 16) v128.store(x, f32x4.mul(v128.load(x), factors));
}
