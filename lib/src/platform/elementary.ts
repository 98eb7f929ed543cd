/**
 * exp, log, log1p, expm1, sin, cos, log10, atan, atan2 and hypot, to the bit as Node has them.
 *
 * The language leaves the last bit of these functions to the engine. Node's, from 20 to 26, compute them as Sun's fdlibm does (K. C.
 * Ng and others 1993, netlib.org/fdlibm), while Chromium 156 has others for all of them: the same seed would not give the same
 * bytes in a page. So the build of the browser entry puts these in the place of `Math.exp` and so on, in pglab and in the
 * packages that come with it. They are fdlibm's methods with its constants: argument reduction in two parts, then a minimax
 * polynomial; only sums, products and quotients of float64, which are the same everywhere, in an order that matters. Node needs
 * none of this.
 */

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
/** Where the word with sign and exponent lies. */
float[0] = 1;
const HIGH = words[1] === 0x3ff00000 ? 1 : 0;

/** The high word: sign, exponent, the first 20 bits behind the point. */
function highWord(x: number): number {
  float[0] = x;
  return words[HIGH] | 0;
}

function withHighWord(x: number, high: number): number {
  float[0] = x;
  words[HIGH] = high;
  return float[0];
}

/** 2^k for -1022 <= k <= 1023. */
const powerOfTwo = (k: number): number => withHighWord(0, (1023 + k) << 20);

/** A polynomial a_0 + x (a_1 + x (...)), from the inside out. */
function horner(x: number, coefficients: readonly number[]): number {
  let sum = coefficients[coefficients.length - 1];
  for (let i = coefficients.length - 2; i >= 0; i--) sum = coefficients[i] + x * sum;
  return sum;
}

// ln 2 = LN2_HIGH + LN2_LOW, and products of the first with whole numbers up to 2^11 are exact.
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

const HALF_LN2 = 0x3fd62e42; // high words
const THREE_HALVES_LN2 = 0x3ff0a2b2;
const INFINITE = 0x7ff00000;
const ONE = 0x3ff00000;

const EXP = [
  0.16666666666666602, -0.0027777777777015593, 6.613756321437934e-5, -1.6533902205465252e-6,
  4.1381367970572385e-8,
];

/** x = k ln 2 + (high - low), where |high - low| <= ln 2 / 2. */
function reduceByLn2(x: number, magnitude: number): { k: number; high: number; low: number } {
  const sign = x < 0 ? -1 : 1;
  const k = magnitude < THREE_HALVES_LN2 ? sign : Math.trunc(Math.LOG2E * x + 0.5 * sign);
  return { k, high: x - k * LN2_HIGH, low: k * LN2_LOW };
}

/** e^x. */
export function exp(x: number): number {
  const magnitude = highWord(x) & 0x7fffffff;
  if (Number.isNaN(x) || x === Infinity) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019411) return 0;
  if (x === 1) return Math.E;
  if (magnitude < 0x3e300000) return 1 + x; // 2^-28
  const { k, high, low } = magnitude > HALF_LN2 ? reduceByLn2(x, magnitude) : { k: 0, high: x, low: 0 };
  const r = high - low;
  const t = r * r;
  const c = r - t * horner(t, EXP);
  if (k === 0) return 1 - ((r * c) / (c - 2) - r);
  const y = 1 - (low - (r * c) / (2 - c) - high);
  if (k === 1024) return y * 2 * powerOfTwo(1023);
  return k >= -1021 ? y * powerOfTwo(k) : y * powerOfTwo(k + 1000) * powerOfTwo(-1000);
}

const EXPM1 = [
  1, -0.03333333333333313, 0.0015873015872548146, -7.93650757867488e-5, 4.008217827329362e-6,
  -2.0109921818362437e-7,
];

/** e^x - 1. */
export function expm1(x: number): number {
  const magnitude = highWord(x) & 0x7fffffff;
  if (Number.isNaN(x) || x === Infinity) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < 0 && magnitude >= 0x4043687a) return -1; // 56 ln 2
  if (magnitude < 0x3c900000) return x; // 2^-54
  let [k, r, c] = [0, x, 0];
  if (magnitude > HALF_LN2) {
    const reduced = reduceByLn2(x, magnitude);
    k = reduced.k;
    r = reduced.high - reduced.low;
    c = reduced.high - r - reduced.low;
  }
  const half = 0.5 * r;
  const square = r * half;
  const r1 = horner(square, EXPM1);
  const t = 3 - r1 * half;
  let e = square * ((r1 - t) / (6 - r * t));
  if (k === 0) return r - (r * e - square);
  e = r * (e - c) - c;
  e -= square;
  if (k === -1) return 0.5 * (r - e) - 0.5;
  if (k === 1) return r < -0.25 ? -2 * (e - (r + 0.5)) : 1 + 2 * (r - e);
  if (k <= -2 || k > 56) {
    const y = 1 - (e - r);
    return (k === 1024 ? y * 2 * powerOfTwo(1023) : y * powerOfTwo(k)) - 1;
  }
  if (k < 20) return (1 - powerOfTwo(-k) - (e - r)) * powerOfTwo(k);
  return (r - (e + powerOfTwo(-k)) + 1) * powerOfTwo(k);
}

const LOG = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
  0.15313837699209373, 0.14798198605116586,
];
const LOG_EVEN = [LOG[1], LOG[3], LOG[5]];
const LOG_ODD = [LOG[0], LOG[2], LOG[4], LOG[6]];

/** The natural logarithm. */
export function log(x: number): number {
  if (x === 0) return -Infinity;
  if (x < 0) return Number.NaN;
  if (!(x < Infinity)) return x;
  let k = 0;
  let high = highWord(x);
  let scaled = x;
  if (high < 0x00100000) {
    k = -54; // subnormal
    scaled = x * 2 ** 54;
    high = highWord(scaled);
  }
  k += (high >> 20) - 1023;
  high &= 0xfffff;
  const above = (high + 0x95f64) & 0x100000; // sqrt(2) divides
  k += above >> 20;
  const f = withHighWord(scaled, high | (above ^ ONE)) - 1;
  if ((0xfffff & (2 + high)) < 3) {
    if (f === 0) return k === 0 ? 0 : k * LN2_HIGH + k * LN2_LOW;
    const R = f * f * (0.5 - 0.3333333333333333 * f);
    return k === 0 ? f - R : k * LN2_HIGH - (R - k * LN2_LOW - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const R = z * horner(w, LOG_ODD) + w * horner(w, LOG_EVEN);
  if (((high - 0x6147a) | (0x6b851 - high)) > 0) {
    const half = 0.5 * f * f;
    return k === 0 ? f - (half - s * (half + R)) : k * LN2_HIGH - (half - (s * (half + R) + k * LN2_LOW) - f);
  }
  return k === 0 ? f - s * (f - R) : k * LN2_HIGH - (s * (f - R) - k * LN2_LOW - f);
}

/** log(1 + x). */
export function log1p(x: number): number {
  if (x === -1) return -Infinity;
  if (x < -1) return Number.NaN;
  if (!(x < Infinity)) return x;
  const high = highWord(x);
  const magnitude = high & 0x7fffffff;
  if (magnitude < 0x3c900000) return x; // 2^-54
  if (magnitude < 0x3e200000) return x - x * x * 0.5; // 2^-29
  let [k, f, c, bits] = [0, x, 0, 1];
  const near = x < 0 ? magnitude < 0x3fd2bec4 : high < 0x3fda827a; // sqrt(2)/2 - 1 < x < sqrt(2) - 1
  if (!near) {
    const u = high < 0x43400000 ? 1 + x : x; // 2^53
    bits = highWord(u);
    k = (bits >> 20) - 1023;
    if (high < 0x43400000) c = (k > 0 ? 1 - (u - x) : x - (u - 1)) / u;
    bits &= 0xfffff;
    if (bits < 0x6a09e) f = withHighWord(u, bits | ONE) - 1;
    else {
      k++;
      f = withHighWord(u, bits | 0x3fe00000) - 1;
      bits = (0x00100000 - bits) >> 2;
    }
  }
  const half = 0.5 * f * f;
  if (bits === 0) {
    if (f === 0) return k === 0 ? 0 : k * LN2_HIGH + (c + k * LN2_LOW);
    const R = half * (1 - 0.6666666666666666 * f);
    return k === 0 ? f - R : k * LN2_HIGH - (R - (k * LN2_LOW + c) - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const R = z * horner(z, LOG);
  return k === 0
    ? f - (half - s * (half + R))
    : k * LN2_HIGH - (half - (s * (half + R) + (k * LN2_LOW + c)) - f);
}

const SIN = [
  0.00833333333332249, -1.984126982985795e-4, 2.7557313707070068e-6, -2.5050760253406863e-8,
  1.58969099521155e-10,
];
const SIN_1 = -0.16666666666666632;
const COS = [
  0.0416666666666666, -0.001388888888887411, 2.480158728947673e-5, -2.7557314351390663e-7,
  2.087572321298175e-9, -1.1359647557788195e-11,
];

/** sin(x + y) for |x| <= pi/4 and a y that is small beside it. */
function sinNearZero(x: number, y: number): number {
  if ((highWord(x) & 0x7fffffff) < 0x3e400000) return x; // 2^-27
  const z = x * x;
  const v = z * x;
  const r = horner(z, SIN);
  return y === 0 ? x + v * (SIN_1 + z * r) : x - (z * (0.5 * y - v * r) - y - v * SIN_1);
}

/** cos(x + y) likewise. */
function cosNearZero(x: number, y: number): number {
  const magnitude = highWord(x) & 0x7fffffff;
  if (magnitude < 0x3e400000) return 1;
  const z = x * x;
  const r = z * horner(z, COS);
  if (magnitude < 0x3fd33333) return 1 - (0.5 * z - (z * r - x * y)); // 0.3
  const quarter = magnitude > 0x3fe90000 ? 0.28125 : withHighWord(0, magnitude - 0x00200000);
  return 1 - quarter - (0.5 * z - quarter - (z * r - x * y));
}

// pi/2 in three parts of 33 bits, each with what is left behind it.
const HALF_PI = [
  [1.5707963267341256, 6.077100506506192e-11],
  [6.077100506303966e-11, 2.0222662487959506e-21],
  [2.0222662487111665e-21, 8.4784276603689e-32],
];
/** Up to here 33-bit parts times the quadrant are exact: 2^19 pi/2. Beyond, the engine's own functions have to do. */
const LARGEST = 0x413921fb;

/** |x| = n pi/2 + y0 + y1, with |y0| <= pi/4, for |x| up to 2^19 pi/2. */
export function reduceByHalfPi(x: number): { n: number; y0: number; y1: number } {
  const t = Math.abs(x);
  const n = Math.trunc(t * 0.6366197723675814 + 0.5);
  const exponent = (x: number) => (highWord(x) >> 20) & 0x7ff;
  let r = t - n * HALF_PI[0][0];
  let w = n * HALF_PI[0][1];
  let y0 = r - w;
  // Where this cancels too many bits, another part is taken along.
  for (const [part, most] of [
    [1, 16],
    [2, 49],
  ]) {
    if (exponent(t) - exponent(y0) <= most) break;
    const before = r;
    w = n * HALF_PI[part][0];
    r = before - w;
    w = n * HALF_PI[part][1] - (before - r - w);
    y0 = r - w;
  }
  return { n, y0, y1: r - y0 - w };
}

/** x in radians. */
export function sin(x: number): number {
  const magnitude = highWord(x) & 0x7fffffff;
  if (magnitude <= 0x3fe921fb) return sinNearZero(x, 0); // pi/4
  if (magnitude >= LARGEST) return magnitude >= INFINITE ? Number.NaN : engineSin(x);
  const { n, y0, y1 } = reduceByHalfPi(x);
  const y = n & 1 ? cosNearZero(y0, y1) : sinNearZero(y0, y1);
  return x < 0 !== (n & 2) > 0 ? -y : y;
}

/** x in radians. */
export function cos(x: number): number {
  const magnitude = highWord(x) & 0x7fffffff;
  if (magnitude <= 0x3fe921fb) return cosNearZero(x, 0);
  if (magnitude >= LARGEST) return magnitude >= INFINITE ? Number.NaN : engineCos(x);
  const { n, y0, y1 } = reduceByHalfPi(x);
  const y = n & 1 ? sinNearZero(y0, y1) : cosNearZero(y0, y1);
  return ((n + 1) & 2) > 0 ? -y : y;
}

const LOG10_2_HIGH = 0.30102999566361177;
const LOG10_2_LOW = 3.694239077158931e-13;

/** The logarithm to base 10. */
export function log10(x: number): number {
  if (!(x > 0 && x < Infinity)) return log(x);
  const [scaled, k0] = highWord(x) < 0x00100000 ? [x * 2 ** 54, -54] : [x, 0];
  const high = highWord(scaled);
  const k = k0 + (high >> 20) - 1023;
  const i = k < 0 ? 1 : 0;
  const y = k + i;
  const z = y * LOG10_2_LOW + Math.LOG10E * log(withHighWord(scaled, (high & 0xfffff) | ((0x3ff - i) << 20)));
  return z + y * LOG10_2_HIGH;
}

/** atan(1/2), atan(1), atan(3/2) and pi/2, each with what is left behind it. */
const ATAN_OF = [
  [0.4636476090008061, 2.2698777452961687e-17],
  [0.7853981633974483, 3.061616997868383e-17],
  [0.982793723247329, 1.3903311031230998e-17],
  [1.5707963267948966, 6.123233995736766e-17],
];
const ATAN_EVEN = [
  0.3333333333333293, 0.14285714272503466, 0.09090887133436507, 0.06661073137387531, 0.049768779946159324,
  0.016285820115365782,
];
const ATAN_ODD = [
  -0.19999999999876483, -0.11111110405462356, -0.0769187620504483, -0.058335701337905735,
  -0.036531572744216916,
];

/** The angle in [-pi/2, pi/2] whose tangent is x. */
export function atan(x: number): number {
  const size = Math.abs(x);
  if (!(size >= 1 / 2 ** 27)) return x;
  if (size >= 2 ** 66) return x < 0 ? -ATAN_OF[3][0] : ATAN_OF[3][0];
  const near = [0.4375, 0.6875, 1.1875, 2.4375].filter(limit => size >= limit).length;
  const of = [size, (2 * size - 1) / (2 + size), (size - 1) / (size + 1), (size - 1.5) / (1 + 1.5 * size)];
  const r = near === 4 ? -1 / size : of[near];
  const z = r * r;
  const w = z * z;
  const part = r * (z * horner(w, ATAN_EVEN) + w * horner(w, ATAN_ODD));
  const [high, low] = near === 0 ? [r, 0] : ATAN_OF[near - 1];
  const angle = near === 0 ? high - part : high - (part - low - r);
  return x < 0 ? -angle : angle;
}

const PI_LOW = 1.2246467991473532e-16;

/** The angle of the point (x, y), in (-pi, pi]. */
export function atan2(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  const sign = y < 0 || Object.is(y, -0) ? -1 : 1;
  const left = x < 0 || Object.is(x, -0);
  if (y === 0) return left ? sign * Math.PI : y;
  const [ax, ay] = [Math.abs(x), Math.abs(y)];
  if (x === 0) return (sign * Math.PI) / 2;
  if (ax === Infinity) return sign * (ay === Infinity ? (left ? 3 : 1) * (Math.PI / 4) : left ? Math.PI : 0);
  if (ay === Infinity) return (sign * Math.PI) / 2;
  const exponents = ((highWord(ay) - highWord(ax)) | 0) >> 20;
  if (exponents > 60) return sign * (Math.PI / 2 + 0.5 * PI_LOW);
  const z = left && exponents < -60 ? 0 : atan(ay / ax);
  return sign * (left ? Math.PI - (z - PI_LOW) : z);
}

/** The Euclidean length of a vector: the sum of squares, relative to the largest, with what its additions lose (Kahan 1965). */
export function hypot(...x: number[]): number {
  const lengths = x.map(Math.abs);
  if (lengths.includes(Infinity)) return Infinity;
  const most = lengths.reduce((a, b) => Math.max(a, b), 0);
  if (most === 0 || Number.isNaN(most)) return most;
  let [sum, lost] = [0, 0];
  for (const length of lengths) {
    const share = length / most;
    const summand = share * share - lost;
    const next = sum + summand;
    lost = next - sum - summand;
    sum = next;
  }
  return Math.sqrt(sum) * most;
}

/** The engine's own, under a name that the build does not replace, as they are before anybody else replaces them. */
const { sin: engineSin, cos: engineCos } = globalThis.Math;
