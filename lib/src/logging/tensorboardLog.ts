/**
 * TensorBoard event files: the curves of a training in `tensorboard --logdir runs`, beside those of other libraries.
 *
 * A file is a sequence of records (TFRecord): length [uint64], its masked CRC-32C [uint32], the bytes, their masked CRC-32C;
 * all little-endian. Each holds an Event in protocol buffers (tensorflow/core/util/event.proto and framework/summary.proto):
 *
 *   Event { wall_time = 1 (double); step = 2 (int64); file_version = 3 (string); summary = 5 (Summary) }
 *   Summary { value = 1 (repeated Value) }      Value { tag = 1 (string); simple_value = 2 (float) }
 *
 * No package on npm writes these files without TensorFlow's native library, so the few messages are encoded here.
 */

import { knownOptions, type OptionNames, show } from '../math/check';
import { platform } from '../platform';
import type { Log } from './logFiles';
import { type LogRecord, scalarsOf } from './scalars';

/** Options of `tensorboardLog`. */
export interface TensorboardLogOptions {
  /** What stands before the names of the curves, with a slash; 'train' by default. */
  prefix?: string;
}

const TENSORBOARD_LOG_OPTIONS: OptionNames<TensorboardLogOptions> = { prefix: 'optional' };

/**
 * Logs each iteration's numbers to an event file of its own in `folder`, which is made if need be, over environment steps
 * where the records have them, else over iterations. A run that is resumed makes another file in the same folder, and
 * TensorBoard joins them.
 */
export function tensorboardLog(folder: string, options: TensorboardLogOptions = {}): Log {
  const { prefix = 'train' } = knownOptions('tensorboardLog', options, TENSORBOARD_LOG_OPTIONS);
  if (typeof folder !== 'string' || folder === '')
    throw new TypeError(`folder is ${show(folder)}, but must be the name of a folder.`);
  let path: string | undefined;
  return record => {
    const seconds = Date.now() / 1000; // TensorBoard shows it as wall time; nothing that is learnt depends on it
    if (path === undefined) {
      path = freshPath(folder, Math.floor(seconds));
      platform.files.append(path, recordOf(event(seconds, 0, [0x1a, ...text('brain.Event:2')])));
    }
    const { iteration = 0, steps = iteration } = record as { iteration?: number; steps?: number };
    platform.files.append(path, recordOf(event(seconds, steps, [0x2a, ...sized(summary(record, prefix))])));
  };
}

/** A name as TensorBoard looks for, of a file that is not there. */
function freshPath(folder: string, seconds: number): string {
  for (let k = 0; ; k++) {
    const path = `${folder}/events.out.tfevents.${seconds}.pglab.${k}`;
    if (!platform.files.exists(path)) return path;
  }
}

function summary(record: LogRecord, prefix: string): number[] {
  return Object.entries(scalarsOf(record)).flatMap(([name, value]) => {
    if (typeof value !== 'number' || !Number.isFinite(value) || name === 'iteration' || name === 'steps')
      return [];
    const float = new DataView(new ArrayBuffer(4));
    float.setFloat32(0, value, true);
    return [0x0a, ...sized([0x0a, ...text(`${prefix}/${name}`), 0x15, ...new Uint8Array(float.buffer)])];
  });
}

function event(seconds: number, step: number, what: number[]): Uint8Array {
  const time = new DataView(new ArrayBuffer(8));
  time.setFloat64(0, seconds, true);
  return Uint8Array.from([0x09, ...new Uint8Array(time.buffer), 0x10, ...varint(step), ...what]);
}

/** A whole number of at least 0, seven bits a byte, the low ones first. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

const sized = (bytes: readonly number[]): number[] => [...varint(bytes.length), ...bytes];
const text = (characters: string): number[] => sized([...new TextEncoder().encode(characters)]);

/** The bytes of a TFRecord. */
function recordOf(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setUint32(0, data.length, true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(data), true);
  return record;
}

/** CRC-32C (Castagnoli's polynomial, reflected), rotated and shifted as TFRecord wants it. */
function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
