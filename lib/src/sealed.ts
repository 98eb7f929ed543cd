/**
 * Texts that tell what they are and whether they are whole: a line that says what follows (format, version, SHA-256 of the
 * rest), and a line of JSON, in which typed arrays stand as base64 of their little-endian bytes. Checkpoints and policies
 * are kept like this. What is read is checked against the hash before a number of it is used.
 */

import { fail } from './math/check';
import { platform } from './platform';

const ARRAYS = { Float32Array, Float64Array, Int32Array };

/** What the first line says, besides what a kind adds to it. */
export interface SealedKind {
  /** 'checkpoint', 'policy': the format is `pglab ${kind}`. */
  kind: string;
  version: number;
}

/** The text of `body`. @param about what the first line says besides */
export function seal({ kind, version }: SealedKind, about: object, body: unknown): string {
  const text = encode(body);
  const header = { format: `pglab ${kind}`, version, ...about, sha256: platform.sha256(text) };
  return `${JSON.stringify(header)}\n${text}\n`;
}

/** What the first line says, if it is one of this kind, whatever its version. */
export function sealedHeader({ kind }: SealedKind, text: string): Record<string, unknown> | undefined {
  try {
    const header = JSON.parse(text.slice(0, Math.max(text.indexOf('\n'), 0)));
    return header?.format === `pglab ${kind}` ? header : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What was sealed. RangeError if the text is of another kind or version, or not whole.
 * @param name of the text in messages, such as the path of its file
 */
export function unseal(
  sealed: SealedKind,
  name: string,
  text: string,
): { header: Record<string, unknown>; body: unknown } {
  const { kind, version } = sealed;
  const header = sealedHeader(sealed, text);
  if (!header) return fail(`${name} is no ${kind} of pglab: its first line does not say so.`);
  if (header.version !== version)
    fail(`${name} is a ${kind} of version ${header.version}, but this pglab reads version ${version}.`);
  const body = text.slice(text.indexOf('\n') + 1).replace(/\n$/, '');
  if (platform.sha256(body) !== header.sha256)
    fail(`${name} is damaged or was cut short: its contents are not those that were written.`);
  return { header, body: decode(body) };
}

/** JSON in which typed arrays and the numbers that JSON lacks (NaN, infinities, -0) survive. */
function encode(value: unknown): string {
  return JSON.stringify(value, (_key, x) => {
    if (ArrayBuffer.isView(x)) {
      const array = x.constructor.name;
      if (!(array in ARRAYS)) throw new TypeError(`a ${array} cannot be kept in a file.`);
      const bytes = new Uint8Array(x.buffer, x.byteOffset, x.byteLength);
      return { $array: array, base64: platform.toBase64(bytes) };
    }
    if (Object.is(x, -0)) return { $number: '-0' };
    if (typeof x === 'number' && !Number.isFinite(x)) return { $number: String(x) };
    return x;
  });
}

function decode(text: string): unknown {
  return JSON.parse(text, (_key, x) => {
    if (Object.hasOwn(ARRAYS, x?.$array)) {
      const { buffer } = platform.fromBase64(x.base64);
      return new ARRAYS[x.$array as keyof typeof ARRAYS](buffer);
    }
    if (x?.$number !== undefined) return Number(x.$number);
    return x;
  });
}
