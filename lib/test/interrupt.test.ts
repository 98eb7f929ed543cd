import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { checkpoint, InterruptedError, interruptSignal } from 'pglab';

const STORAGE = Symbol.for('pglab.interrupt');

/** Runs `body` as if the kernel were there. */
async function withKernel(body: (cells: AsyncLocalStorage<AbortSignal>) => Promise<void>): Promise<void> {
  const cells = new AsyncLocalStorage<AbortSignal>();
  const place = globalThis as { [STORAGE]?: unknown };
  place[STORAGE] = cells;
  try {
    await body(cells);
  } finally {
    delete place[STORAGE];
  }
}

/** A computation that ends only by being interrupted. */
async function endless(count: { iterations: number }): Promise<void> {
  for (;;) {
    await checkpoint();
    count.iterations++;
  }
}

test('without a kernel nothing can be interrupted, and a loop of checkpoints lets timers run', async () => {
  assert.equal(interruptSignal(), undefined);
  let fired = false;
  setTimeout(() => {
    fired = true;
  }, 1);
  const end = performance.now() + 10_000;
  while (!fired && performance.now() < end) await checkpoint();
  assert.ok(fired);
});

test('between two yields a checkpoint does not give up the turn', async () => {
  let turns = 0;
  const immediate = () => {
    turns++;
    handle = setImmediate(immediate);
  };
  let handle = setImmediate(immediate);
  const began = performance.now();
  let iterations = 0;
  while (performance.now() - began < 320) {
    await checkpoint();
    iterations++;
  }
  clearImmediate(handle);
  const elapsed = performance.now() - began;
  assert.ok(turns <= elapsed / 50 + 2, `${turns} turns in ${elapsed} ms`);
  assert.ok(iterations > 100 * turns, `${iterations} iterations, ${turns} turns`);
});

test('the signal of the cell stops its computation, through awaits, at the next checkpoint', () =>
  withKernel(async cells => {
    const controller = new AbortController();
    const count = { iterations: 0 };
    setTimeout(() => controller.abort(), 20);
    await assert.rejects(
      cells.run(controller.signal, async () => {
        assert.equal(interruptSignal(), controller.signal);
        await null;
        await endless(count);
      }),
      (error: Error) => error instanceof InterruptedError && error.name === 'InterruptedError',
    );
    const { iterations } = count;
    await new Promise(resolve => setTimeout(resolve, 60));
    assert.equal(count.iterations, iterations);
  }));

test('an old computation stops even when a new one runs beside it, which goes on', () =>
  withKernel(async cells => {
    const old = new AbortController();
    const young = new AbortController();
    const ended: string[] = [];
    const run = (name: string, controller: AbortController) =>
      cells.run(controller.signal, () => endless({ iterations: 0 })).catch(() => ended.push(name));
    const oldRun = run('old', old);
    await new Promise(resolve => setTimeout(resolve, 5));
    old.abort();
    const youngRun = run('young', young);
    await oldRun;
    assert.deepEqual(ended, ['old']);
    young.abort();
    await youngRun;
    assert.deepEqual(ended, ['old', 'young']);
  }));

test('in a script the interrupt signal ends the process as usual', {
  skip: process.platform === 'win32',
}, async () => {
  const code = `const { checkpoint } = require(${JSON.stringify(require.resolve('pglab'))});
    (async () => { console.log('on'); for (;;) await checkpoint(); })();`;
  const script = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(script.stdout, 'data');
  script.kill('SIGINT');
  const [, signal] = await once(script, 'exit');
  assert.equal(signal, 'SIGINT');
});
