/**
 * The functions of `Math` whose last bit the language leaves to the engine, as Node has them, from 20 to 26: by the methods of
 * Sun's fdlibm (K. C. Ng and others 1993, netlib.org/fdlibm), while Chromium's are others. Those that pglab needs are in
 * lib/src/platform/elementary.ts; here are those that a cell may need besides.
 *
 * `pow`, to which `**` belongs, stays the engine's: Node's versions differ among themselves in it, so no notebook can show its
 * last bits; squares and square roots are the same in all of them. So are fround, sqrt and whatever rounds.
 */

import {
  atan,
  atan2,
  cos,
  exp,
  expm1,
  hypot,
  log,
  log1p,
  log10,
  reduceByHalfPi,
  sin,
} from '../../lib/src/platform/elementary.ts';

const { abs, sqrt, sign } = Math;
/** The engine's, for what is too large to be reduced here. */
const engineTan = Math.tan;

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
float[0] = 1;
const [HIGH, LOW] = words[1] === 0x3ff00000 ? [1, 0] : [0, 1];

/** The high word without its sign: the size of x, as fdlibm compares it. */
function sizeOf(x) {
  float[0] = x;
  return words[HIGH] & 0x7fffffff;
}

/** x without the 32 bits of its low word. */
function head(x) {
  float[0] = x;
  words[LOW] = 0;
  return float[0];
}

/** a_0 + x (a_1 + x (...)), from the inside out. */
const horner = (x, coefficients) => coefficients.reduceRight((sum, a) => a + x * sum);
const withSign = (size, x) => (x < 0 || Object.is(x, -0) ? -size : size);

// ---- Logarithms --------------------------------------------------------------------------------------------------

/** A normal x > 0 as 2^k m with m in [low, 2 low), for a low whose high word is given. */
function split(x, low) {
  let k = 0;
  float[0] = x;
  if (words[HIGH] < 0x00100000) {
    k = -54;
    float[0] = x * 2 ** 54;
  }
  const high = words[HIGH] + (0x3ff00000 - low);
  k += (high >> 20) - 1023;
  words[HIGH] = (high & 0xfffff) + low;
  return [k, float[0]];
}

const LG_ODD = [0.6666666666666735, 0.2857142874366239, 0.1818357216161805, 0.14798198605116586];
const LG_EVEN = [0.3999999999940942, 0.22222198432149784, 0.15313837699209373];

export function log2(x) {
  if (!(x > 0) || x === Infinity || x === 1) return log(x);
  const [k, m] = split(x, 0x3fe6a09e); // the square root of 1/2
  const f = m - 1;
  const half = 0.5 * f * f;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const r = z * horner(w, LG_ODD) + w * horner(w, LG_EVEN);
  const high = head(f - half);
  const low = f - high - half + s * (half + r);
  const top = high * 1.4426950407214463;
  const sum = k + top;
  return (low + high) * 1.6751713164886512e-10 + low * 1.4426950407214463 + (k - sum + top) + sum;
}

// ---- Hyperbolic --------------------------------------------------------------------------------------------------

const LARGEST_EXP = 709.7822265633563;

/** e^x / 2 where e^x may be too large. */
function halfExp(x) {
  if (x < LARGEST_EXP) return 0.5 * exp(x);
  const w = exp(0.5 * x);
  return 0.5 * w * w;
}

export function sinh(x) {
  const size = abs(x);
  if (!(size < Infinity) || size < 2 ** -28) return x;
  if (size >= 22) return sign(x) * halfExp(size);
  const t = expm1(size);
  return (size < 1 ? 2 * t - (t * t) / (t + 1) : t + t / (t + 1)) * (x < 0 ? -0.5 : 0.5);
}

export function cosh(x) {
  const size = abs(x);
  if (!(size < Infinity)) return size;
  if (sizeOf(x) < 0x3fd62e43) {
    const t = expm1(size);
    const w = 1 + t;
    return sizeOf(x) < 0x3c800000 ? w : 1 + (t * t) / (w + w);
  }
  if (size >= 22) return halfExp(size);
  const t = exp(size);
  return 0.5 * t + 0.5 / t;
}

export function tanh(x) {
  const size = abs(x);
  if (Number.isNaN(x) || size < 2 ** -28) return x;
  if (size >= 22) return sign(x);
  const t = expm1(size >= 1 ? 2 * size : -2 * size);
  return sign(x) * (size >= 1 ? 1 - 2 / (t + 2) : -t / (t + 2));
}

export function asinh(x) {
  const size = abs(x);
  const high = sizeOf(x);
  if (!(size < Infinity) || high < 0x3e300000) return x;
  const t = size * size;
  const w =
    high > 0x41b00000
      ? log(size) + Math.LN2
      : high > 0x40000000
        ? log(2 * size + 1 / (sqrt(t + 1) + size))
        : log1p(size + t / (1 + sqrt(1 + t)));
  return withSign(w, x);
}

export function acosh(x) {
  if (!(x >= 1)) return Number.NaN;
  const high = sizeOf(x);
  if (high >= 0x41b00000) return log(x) + Math.LN2;
  if (high > 0x40000000) return log(2 * x - 1 / (x + sqrt(x * x - 1)));
  const t = x - 1;
  return log1p(t + sqrt(2 * t + t * t));
}

export function atanh(x) {
  const size = abs(x);
  if (size > 1) return Number.NaN;
  if (size === 1) return x / 0;
  if (!(size >= 2 ** -28)) return x;
  const t = size + size;
  return withSign(0.5 * log1p(size < 0.5 ? t + (t * size) / (1 - size) : t / (1 - size)), x);
}

// ---- Inverse -----------------------------------------------------------------------------------------------------

const PI_2 = [1.5707963267948966, 6.123233995736766e-17];
const ASIN_P = [
  0.16666666666666666, -0.3255658186224009, 0.20121253213486293, -0.04005553450067941, 0.0007915349942898145,
  3.479331075960212e-5,
];
const ASIN_Q = [1, -2.403394911734414, 2.0209457602335057, -0.6882839716054533, 0.07703815055590194];
/** (asin(sqrt z) - sqrt z) / sqrt z^3 */
const asinRest = z => (z * horner(z, ASIN_P)) / horner(z, ASIN_Q);

export function asin(x) {
  const size = abs(x);
  if (!(size <= 1)) return Number.NaN;
  if (size === 1) return x * PI_2[0];
  if (size < 0.5) return sizeOf(x) < 0x3e500000 ? x : x + x * asinRest(x * x);
  const z = 0.5 - size * 0.5;
  const s = sqrt(z);
  const r = asinRest(z);
  if (sizeOf(x) >= 0x3fef3333) return withSign(PI_2[0] - (2 * (s + s * r) - PI_2[1]), x);
  const f = head(s);
  const c = (z - f * f) / (s + f);
  return withSign(0.5 * PI_2[0] - (2 * s * r - (PI_2[1] - 2 * c) - (0.5 * PI_2[0] - 2 * f)), x);
}

export function acos(x) {
  const size = abs(x);
  if (!(size <= 1)) return Number.NaN;
  if (size === 1) return x < 0 ? Math.PI : 0;
  if (size < 0.5) return sizeOf(x) <= 0x3c600000 ? PI_2[0] : PI_2[0] - (x - (PI_2[1] - x * asinRest(x * x)));
  const z = 0.5 - size * 0.5;
  const s = sqrt(z);
  if (x < 0) return 2 * (PI_2[0] - (s + (asinRest(z) * s - PI_2[1])));
  const f = head(s);
  return 2 * (f + (asinRest(z) * s + (z - f * f) / (s + f)));
}

export function cbrt(x) {
  if (x === 0 || !(abs(x) < Infinity)) return x;
  const small = sizeOf(x) < 0x00100000;
  const high = Math.trunc(sizeOf(small ? x * 2 ** 54 : x) / 3) + (small ? 696219795 : 715094163);
  words[HIGH] = high;
  words[LOW] = 0;
  let t = withSign(float[0], x);
  const r = t * t * (t / x);
  t *=
    1.87595182427177 +
    r * (-1.8849797954337717 + r * 1.6214297201053545) +
    r * r * r * (-0.758397934778766 + r * 0.14599619288661245);
  // Rounded to 23 bits, away from 0.
  float[0] = t;
  const bits = BigInt(words[HIGH]) * 2n ** 32n + BigInt(words[LOW]);
  const rounded = (bits + 0x80000000n) & 0xffffffffc0000000n;
  words[HIGH] = Number(rounded / 2n ** 32n);
  words[LOW] = Number(rounded % 2n ** 32n);
  t = float[0];
  const q = x / (t * t);
  return t + t * ((q - t) / (2 * t + q));
}

// ---- Tangent -----------------------------------------------------------------------------------------------------

const TAN_0 = 0.3333333333333341;
const TAN_ODD = [
  0.13333333333320124, 0.021869488294859542, 0.0035920791075913124, 0.0005880412408202641,
  7.817944429395571e-5, -1.8558637485527546e-5,
];
const TAN_EVEN = [
  0.05396825397622605, 0.0088632398235993, 0.0014562094543252903, 0.0002464631348184699, 7.140724913826082e-5,
  2.590730518636337e-5,
];

/** tan(x + y) for |x| <= pi/4, or -1 / tan(x + y). */
function tanNearZero(x, y, inverse) {
  const big = sizeOf(x) >= 0x3fe59428; // 0.6744
  const negative = x < 0;
  const direction = inverse ? -1 : 1;
  let [a, b] = [x, y];
  if (big) [a, b] = [PI_2[0] / 2 - abs(x) + (PI_2[1] / 2 - (negative ? -y : y)), 0];
  const z = a * a;
  const w = z * z;
  const s = z * a;
  let r = b + z * (s * (horner(w, TAN_ODD) + z * horner(w, TAN_EVEN)) + b);
  r += TAN_0 * s;
  const t = a + r;
  if (big) return (negative ? -1 : 1) * (direction - 2 * (a - ((t * t) / (t + direction) - r)));
  if (!inverse) return t;
  const first = head(t);
  const v = r - (first - a);
  const quotient = -1 / t;
  const u = head(quotient);
  return u + quotient * (1 + u * first + u * v);
}

export function tan(x) {
  const size = sizeOf(x);
  if (size <= 0x3fe921fb) return size < 0x3e400000 ? x : tanNearZero(x, 0, false);
  if (size >= 0x413921fb) return engineTan(x);
  const { n, y0, y1 } = reduceByHalfPi(x);
  const t = tanNearZero(y0, y1, n % 2 === 1);
  return x < 0 ? -t : t;
}

/** Puts them into a Math object. */
export function portMath(math) {
  const ours = { atan, atan2, cos, exp, expm1, hypot, log, log1p, log10, sin };
  Object.assign(math, ours, {
    log2,
    sinh,
    cosh,
    tanh,
    asinh,
    acosh,
    atanh,
    asin,
    acos,
    cbrt,
    tan,
  });
}
