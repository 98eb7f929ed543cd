/**
 * Seeded randomness: the only source of random numbers in the library.
 *
 * The bits come from xoroshiro128+ (Blackman and Vigna 2018) as implemented by the package pure-rand; this file turns
 * them into the variates that reinforcement learning draws. Every step is arithmetic that gives the same bits on every
 * machine, so that one seed means one sequence of bytes.
 *
 * Independent streams: `split(n)` seeds n children with outputs of the parent passed through a mixing function, after
 * Steele, Lea and Flood 2014 ("Fast splittable pseudorandom number generators"). Give each environment, each policy
 * and each seed of an experiment a stream of its own: then adding one leaves the numbers of the others alone.
 */

import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { maker, remember } from '../recipe';
import { checkFinite, checkInteger, checkProbabilities, fail, show } from './check';

type Generator = ReturnType<typeof xoroshiro128plusFromState>;

const TWO_PI = 2 * Math.PI;
const TWO_POW_MINUS_53 = 1 / 9007199254740992;

/** A stream of pseudo-random numbers. Make one with `new Rng(seed)`; the same seed gives the same numbers everywhere. */
export class Rng {
  private generator: Generator;
  /** The second variate of a Box-Muller pair, kept for the next call of `normal`; NaN when there is none. */
  private spare = Number.NaN;

  /** @param seed a whole number of magnitude below 2^53 */
  constructor(seed: number) {
    checkInteger('seed', seed);
    this.generator = fromWords(seed | 0, Math.floor(seed / 4294967296) | 0, 0x6a09e667, 0x3c6ef372);
  }

  /** A double uniform on [low, high), with 53 random bits; `low` itself if they are equal. */
  uniform(low = 0, high = 1): number {
    if (low === 0 && high === 1) return this.next();
    checkFinite('low', low);
    checkFinite('high', high, low);
    checkFinite('high - low', high - low);
    const value = low + (high - low) * this.next();
    return value < high ? value : low; // the product may round up to `high`
  }

  /** A double uniform on [0, 1): two generator words, their weak low bits dropped. */
  private next(): number {
    const high = this.generator.next() >>> 5;
    const low = this.generator.next() >>> 6;
    return (high * 67108864 + low) * TWO_POW_MINUS_53;
  }

  /** A whole number uniform on {low, ..., high - 1}. */
  integer(low: number, high: number): number {
    checkInteger('low', low);
    checkInteger('high', high, low + 1);
    if (high - low > Number.MAX_SAFE_INTEGER) fail(`high - low is ${high - low}, but must be below 2^53.`);
    return low + Math.floor(this.next() * (high - low));
  }

  /** A normal variate (Box and Muller 1958). */
  normal(mean = 0, standardDeviation = 1): number {
    if (mean !== 0) checkFinite('mean', mean);
    if (standardDeviation !== 1) checkFinite('standardDeviation', standardDeviation, 0);
    let z = this.spare;
    if (Number.isNaN(z)) {
      const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
      const angle = TWO_PI * this.next();
      z = radius * Math.cos(angle);
      this.spare = radius * Math.sin(angle);
    } else this.spare = Number.NaN;
    return mean + standardDeviation * z;
  }

  /** An index i drawn with probability p[i]: the first index whose cumulative sum exceeds a uniform variate. */
  categorical(probabilities: ArrayLike<number>): number {
    checkProbabilities('probabilities', probabilities);
    return this.categoricalUnchecked(probabilities, 0, probabilities.length);
  }

  /**
   * `categorical` over p[offset .. offset + count - 1], without the checks: for inner loops over tables that were
   * checked when they were made. Rounding in the sum can never select an entry of probability zero.
   */
  categoricalUnchecked(p: ArrayLike<number>, offset: number, count: number): number {
    const u = this.next();
    let cumulative = 0;
    let last = 0;
    for (let i = 0; i < count; i++) {
      const probability = p[offset + i];
      if (probability <= 0) continue;
      cumulative += probability;
      if (cumulative > u) return i;
      last = i;
    }
    return last;
  }

  /** A uniformly random ordering of 0 .. n - 1 (Fisher and Yates 1938; Durstenfeld 1964). */
  permutation(n: number): Int32Array {
    checkInteger('n', n, 0);
    const order = new Int32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    for (let i = n - 1; i > 0; i--) {
      const j = Math.floor(this.next() * (i + 1));
      const swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  /** n streams that are independent of each other and of this one, which moves on by 4 n words. */
  split(n: number): Rng[] {
    checkInteger('n', n, 1);
    return Array.from({ length: n }, () => {
      const g = this.generator;
      return Rng.from(fromWords(g.next(), g.next(), g.next(), g.next()));
    });
  }

  /** Everything that decides the numbers to come, as JSON: `Rng.fromState(rng.state)` continues this stream. */
  get state(): RngState {
    return { words: [...this.generator.getState()], spare: Number.isNaN(this.spare) ? null : this.spare };
  }

  /** Continues the stream whose `state` was kept. */
  static fromState(state: RngState): Rng {
    const words = state?.words;
    if (
      !Array.isArray(words) ||
      words.length !== 4 ||
      !words.every(w => w === (w | 0)) ||
      !words.some(Boolean)
    )
      fail(
        `state.words is ${show(words)}, but must be the four words of an Rng's state, 32 bits each, not all 0.`,
      );
    const rng = Rng.from(xoroshiro128plusFromState(words));
    rng.spare = state.spare === null ? Number.NaN : checkFinite('state.spare', state.spare);
    return rng;
  }

  private static from(generator: Generator): Rng {
    const rng = new Rng(0);
    rng.generator = generator;
    return rng;
  }
}

maker('Rng', Rng.fromState);
remember(Rng.prototype, ({ state }) => ({ make: 'Rng', args: [state] }));

/** Throws unless `rng` is a random stream; a seed in its place is the likely slip. */
export function checkRng(rng: Rng): Rng {
  if (!(rng instanceof Rng)) throw new TypeError(`rng is ${show(rng)}, but must be an Rng: new Rng(seed).`);
  return rng;
}

/** The serialisable state of an `Rng`. */
export interface RngState {
  /** The four 32-bit words of the generator. */
  words: number[];
  /** The second number of the last normal pair, where it is still to be handed out. */
  spare: number | null;
}

/** A generator whose 128-bit state is four words mixed so that near seeds give unrelated states. */
function fromWords(a: number, b: number, c: number, d: number): Generator {
  const words = [a, b, c, d];
  // Two passes, so that every input word reaches every state word.
  let carry = 0x9e3779b9 | 0;
  for (let pass = 0; pass < 2; pass++)
    for (let i = 0; i < 4; i++) {
      carry = mix((carry + words[i] + 0x9e3779b9) | 0);
      words[i] = carry;
    }
  if ((words[0] | words[1] | words[2] | words[3]) === 0) words[0] = 1;
  return xoroshiro128plusFromState(words);
}

/** The 32-bit finaliser of MurmurHash3 (Appleby 2011): a bijection in which each input bit moves every output bit. */
function mix(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
