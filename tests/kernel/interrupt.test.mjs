/** Pressing interrupt: within two seconds the cell ends, what was computed before survives, and nothing goes on. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Kernel } from './client.mjs';

let kernel;
before(async () => {
  kernel = await Kernel.start();
  await kernel.run(`import { checkpoint, interruptSignal } from 'pglab';
let iterations = 0;
async function train(seconds: number) {
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; iterations++) await checkpoint();
}`);
});
after(() => kernel?.close());

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

/** Waits until the cell that was just sent has printed. */
async function printed(seen) {
  const deadline = performance.now() + 10_000;
  while (!kernel.messages.slice(seen).some(m => m.type === 'stream')) {
    assert.ok(performance.now() < deadline, `the cell prints nothing: ${kernel.terminal}`);
    await pause(20);
  }
}

const signal = () => kernel.process.kill('SIGINT');
const message = () => kernel.request('interrupt_request', {}, { channel: 'control' });
const posix = { skip: process.platform === 'win32' && 'Windows has no SIGINT for another process' };

/** Starts `code`, interrupts it as soon as it has printed 'on', and returns its result. */
async function interrupted(code, interrupt) {
  const seen = kernel.messages.length;
  const running = kernel.run(code);
  await printed(seen);
  await pause(100);
  const began = performance.now();
  await interrupt();
  const result = await running;
  const took = performance.now() - began;
  assert.ok(took < 2000, `stopped after ${took} ms`);
  assert.equal(result.reply.status, 'error');
  assert.deepEqual(
    { ename: result.error.ename, evalue: result.error.evalue },
    { ename: 'Interrupted', evalue: 'The cell was interrupted.' },
  );
  assert.equal(result.stderr, '');
  return result;
}

/** The state of before is there, cells run, and the number of iterations stands still. */
async function quiet() {
  const first = Number((await kernel.run('iterations')).stdout);
  await pause(200);
  const second = Number((await kernel.run('iterations')).stdout);
  assert.ok(first > 0);
  assert.equal(second, first, 'the interrupted computation goes on in the background');
}

for (const [name, interrupt, options] of [
  ['a signal', signal, posix],
  ['an interrupt_request', message, {}],
]) {
  test(`a 60-second training is stopped by ${name}`, options, async () => {
    await interrupted("console.log('on'); await train(60);", interrupt);
    await quiet();
  });

  test(`a cell that waits for what does not come is stopped by ${name}`, options, async () => {
    await interrupted("console.log('on'); await new Promise(() => {});", interrupt);
    await quiet();
  });
}

test('a synchronous loop is stopped', posix, async () => {
  await interrupted("console.log('on'); for (;;) iterations++;", signal);
  await quiet();
});

test('PPO on two threads is stopped, and so is its second thread', async () => {
  await kernel.run(`import { cartPole, mlp, mlpPolicy, ppoClip } from 'pglab';
const threads = { begun: 0, ended: 0 };
process.on('worker', worker => { threads.begun++; worker.on('exit', () => threads.ended++); });
const pole = cartPole();
const onIteration = () => { iterations++; };
const twoThreads = () => ppoClip({ env: pole, policy: mlpPolicy({ env: pole, seed: 1 }),
  critic: mlp({ inputs: 4, outputs: 1, seed: 2 }), threads: 2, totalSteps: 1e9, onIteration });`);
  await interrupted("console.log('on'); await twoThreads();", message);
  await quiet();
  assert.equal((await kernel.run('threads')).stdout, '{ begun: 1, ended: 1 }\n');
});

test('trainings side by side, awaited or not, all stop, without a word on stderr', async () => {
  await interrupted("console.log('on'); train(60); await Promise.all([train(60), train(60)]);", message);
  await quiet();
});

test('a training left behind by its cell stops although the next cell has begun', async () => {
  const left = await kernel.run('train(60); 0');
  assert.equal(left.reply.status, 'ok');
  const result = await interrupted(
    "console.log('on'); await new Promise(r => setTimeout(r, 60_000));",
    message,
  );
  assert.equal(result.error.ename, 'Interrupted');
  await quiet();
});

test('a computation may end in its own way when it is interrupted', async () => {
  const seen = kernel.messages.length;
  const running = kernel.run(`console.log('on');
try { await train(60); } catch (error) { console.log('kept ' + (iterations > 0), interruptSignal()!.aborted); }`);
  await printed(seen);
  await message();
  const result = await running;
  assert.equal(result.reply.status, 'ok');
  assert.equal(result.stdout, 'on\nkept true true\n');
  assert.equal((await kernel.run('interruptSignal()!.aborted')).stdout, 'false\n');
});

test('interrupting when nothing runs does nothing', async () => {
  await message();
  const result = await kernel.run('await checkpoint(); 1');
  assert.equal(result.stdout, '1\n');
});

test('what was queued behind the interrupted cell is aborted', async () => {
  const seen = kernel.messages.length;
  const running = kernel.run("console.log('on'); await train(60);");
  const queued = kernel.run('1');
  await printed(seen);
  await message();
  assert.equal((await running).reply.status, 'error');
  assert.equal((await queued).reply.status, 'aborted');
});
