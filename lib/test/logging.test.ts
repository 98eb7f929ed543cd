/** Logs of a training: CSV, JSON lines, TensorBoard's event files; and the records as a DataFrame. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  bandit,
  csvLog,
  jsonLinesLog,
  ppoClip,
  recordsFrame,
  softmaxTabular,
  tableNetwork,
  tensorboardLog,
} from 'pglab';

const folder = mkdtempSync(join(tmpdir(), 'pglab-log-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const fresh = () => join(folder, 'new', `log ${files++}`);

const train = (options: object = {}) =>
  ppoClip({
    env: bandit({
      means: [
        [1, 0],
        [0, 1],
      ],
    }),
    policy: softmaxTabular({ states: 2, actions: 2 }),
    critic: tableNetwork({ states: 2, outputs: 1 }),
    copies: 2,
    stepsPerIteration: 8,
    totalSteps: 10 * 16,
    ...options,
  });

const records = [
  {
    iteration: 0,
    meanReturn: Number.NaN,
    note: 'a, "b"',
    done: false,
    episodeReturns: new Float64Array([1, 2]),
  },
  { iteration: 1, meanReturn: 1 / 3, note: 'c', done: true, episodeReturns: new Float64Array() },
];

describe('lines', () => {
  test('CSV and JSON lines, to the last digit', () => {
    const [csv, json] = [fresh(), fresh()];
    const logs = [csvLog(csv), jsonLinesLog(json)];
    for (const record of records) for (const log of logs) log(record);
    assert.equal(
      readFileSync(csv, 'utf8'),
      'iteration,meanReturn,note,done\n0,NaN,"a, ""b""",false\n1,0.3333333333333333,c,true\n',
    );
    assert.deepEqual(
      readFileSync(json, 'utf8')
        .trim()
        .split('\n')
        .map(line => JSON.parse(line)),
      [
        { ...records[0], meanReturn: null, episodeReturns: [1, 2] },
        { ...records[1], episodeReturns: [] },
      ],
    );
    assert.throws(() => logs[0]({ iteration: 2, kl: 1 }), /a record has kl, which is no column of/);
  });

  test('a training is logged as its history is', async () => {
    const path = fresh();
    const { history } = await train({ onIteration: [csvLog(path), () => {}] });
    const [header, ...rows] = readFileSync(path, 'utf8').trim().split('\n');
    const columns = header.split(',');
    assert.equal(rows.length, 10);
    rows.forEach((row, i) => {
      row.split(',').forEach((cell, c) => {
        assert.ok(Object.is(Number(cell), history[i][columns[c] as 'kl']), columns[c]);
      });
    });
  });

  test('a file that is there is refused, or goes on with its run', async () => {
    for (const makeLog of [csvLog, jsonLinesLog]) {
      const [path, whole, checkpoint] = [fresh(), fresh(), fresh()];
      await train({ onIteration: makeLog(whole) });
      // Killed in iteration 7, while its line was written, with a checkpoint after iteration 5.
      const killed = ({ iteration }: { iteration: number }) => {
        if (iteration === 7) throw new Error('killed');
      };
      await assert.rejects(
        train({ checkpoint: { path: checkpoint, every: 6 }, onIteration: [makeLog(path), killed] }),
        /killed/,
      );
      assert.throws(() => makeLog(path), {
        message: /exists: continue it with resume: true, or choose another name\.$/,
      });
      writeFileSync(path, readFileSync(path, 'utf8').slice(0, -9));
      await train({
        checkpoint: { path: checkpoint, resume: true },
        onIteration: makeLog(path, { resume: true }),
      });
      assert.equal(readFileSync(path, 'utf8'), readFileSync(whole, 'utf8'));
      const thesis = fresh();
      writeFileSync(thesis, 'my thesis\nin two lines\n');
      assert.throws(() => makeLog(thesis, { resume: true })(records[0]), /is no log of such records/);
      assert.equal(readFileSync(thesis, 'utf8'), 'my thesis\nin two lines\n');
    }
  });
});

/** The records of an event file, and what a record's checksums must be by a table-driven CRC-32C. */
function eventsOf(bytes: Buffer): Buffer[] {
  const table = Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
    return c >>> 0;
  });
  const masked = (data: Buffer) => {
    let c = 0xffffffff;
    for (const byte of data) c = (table[(c ^ byte) & 255] ^ (c >>> 8)) >>> 0;
    c = (c ^ 0xffffffff) >>> 0;
    return (((c >>> 15) | (c << 17)) + 0xa282ead8) >>> 0;
  };
  const events: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + 12, at + 12 + length);
    assert.equal(bytes.readUInt32LE(at + 8), masked(bytes.subarray(at, at + 8)));
    assert.equal(bytes.readUInt32LE(at + 12 + length), masked(data));
    events.push(data);
    at += 16 + length;
  }
  return events;
}

test("TensorBoard's event files: the bytes that its own reader has read", t => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_500 });
  const run = fresh();
  const log = tensorboardLog(run, { prefix: 'ppo' });
  log({
    iteration: 0,
    steps: 128,
    meanReturn: 20.5,
    kl: 0.001,
    note: 'x',
    episodeReturns: new Float64Array(3),
  });
  log({ iteration: 1, steps: 70_000, meanReturn: Number.NaN, kl: 0.25 });
  tensorboardLog(run)({ iteration: 3, meanReturn: -1 });
  const names = readdirSync(run).sort();
  assert.deepEqual(names, [
    'events.out.tfevents.1700000000.pglab.0',
    'events.out.tfevents.1700000000.pglab.1',
  ]);
  const bytes = readFileSync(join(run, names[0]));
  const events = eventsOf(bytes);
  assert.equal(events.length, 3);
  assert.equal(events[0].readDoubleLE(1), 1_700_000_000.5);
  assert.ok(
    events[0].includes('brain.Event:2') &&
      events[1].includes('ppo/meanReturn') &&
      events[1].includes('ppo/kl'),
  );
  assert.ok(!events[2].includes('meanReturn'), 'what is no number is left out');
  // tensorboard 2.21.0 (event_accumulator) reads of these bytes: ppo/meanReturn (128, 20.5); ppo/kl (128, 0.001), (70000, 0.25).
  assert.equal(
    createHash('sha256').update(bytes).digest('hex'),
    '6b48c2dd305eadaa280235d2e6cb28facad37dc3cf592e2d178c994947ba84d9',
  );
});

describe('recordsFrame', () => {
  test('a row for each record, a column for each number', async () => {
    const { history } = await train();
    const frame = recordsFrame(history) as ReturnType<typeof recordsFrame> & {
      column(name: string): { values: number[]; mean(): number };
    };
    assert.deepEqual(frame.columns.slice(0, 3), ['iteration', 'steps', 'meanReturn']);
    assert.ok(!frame.columns.includes('episodeReturns'));
    assert.deepEqual(
      frame.column('kl').values,
      history.map(({ kl }) => kl),
    );
    assert.deepEqual(
      frame.index,
      Array.from({ length: 10 }, (_, i) => i),
    );
  });

  test('a column has the type of all its rows', () => {
    const frame = recordsFrame(
      Array.from({ length: 40 }, (_, i) => ({
        iteration: i,
        clipFraction: i < 30 ? 0 : 0.75,
        far: i < 30 ? 0 : 2 ** 40,
        stopped: i > 30,
        ...(i > 30 && { note: 'late', late: true }),
      })),
    ) as ReturnType<typeof recordsFrame> & {
      ctypes: { values: string[] };
      column(name: string): { tensor: { dataSync(): Float32Array } };
    };
    assert.deepEqual(frame.columns, ['iteration', 'clipFraction', 'far', 'stopped', 'note', 'late']);
    assert.deepEqual(frame.ctypes.values, ['int32', 'float32', 'float32', 'boolean', 'string', 'float32']);
    assert.equal(frame.column('clipFraction').tensor.dataSync().at(-1), 0.75);
    assert.equal(frame.column('far').tensor.dataSync().at(-1), 2 ** 40);
  });

  test('what is missing is NaN, and can be taken out', () => {
    const frame = recordsFrame([
      { iteration: 0, meanReturn: Number.NaN },
      { iteration: 1, meanReturn: 2, beta: 1 },
    ]) as ReturnType<typeof recordsFrame> & { dropNa(options: { axis: number }): { values: number[][] } };
    assert.deepEqual(frame.values, [
      [0, Number.NaN, Number.NaN],
      [1, 2, 1],
    ]);
    assert.deepEqual(frame.dropNa({ axis: 1 }).values, [[1, 2, 1]]);
  });

  test('bad input', () => {
    assert.throws(() => recordsFrame([]), {
      message: 'history is empty, but must hold at least one record.',
    });
    assert.throws(() => recordsFrame({} as never), {
      message: 'history is an object, but must be an array of records.',
    });
    assert.throws(() => recordsFrame([3 as never]), { message: 'history holds 3, but must hold records.' });
  });
});
