/** The live demo in front of a class: after its set-up the cells run in any order, and the stop button spoils nothing. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { joined, notebooksDir, readNotebook } from '../../scripts/notebooks/files.mjs';
import { Kernel } from '../kernel/client.mjs';

const { cells } = readNotebook(join(notebooksDir, 'demo.ipynb'));
const code = cells.filter(cell => cell.cell_type === 'code');
const firstPart = cells.findIndex(cell => joined(cell.source).startsWith('## 1'));
const setUp = code.filter(cell => cells.indexOf(cell) < firstPart);
const parts = code.filter(cell => cells.indexOf(cell) > firstPart);

let kernel;
before(async () => {
  kernel = await Kernel.start();
  for (const cell of setUp) {
    const { reply, error } = await kernel.run(joined(cell.source), { timeout: 60_000 });
    assert.equal(reply.status, 'ok', error?.evalue);
  }
});
after(() => kernel?.close());

/** What a cell says in plain text in the end, in order: outputs that changed in place count as they stand last. */
const saidBy = outputs => outputs.map(({ data, text }) => joined(data?.['text/plain'] ?? text));

async function runAsCommitted(cell) {
  const { reply, iopub, error } = await kernel.run(joined(cell.source), { timeout: 120_000 });
  assert.equal(reply.status, 'ok', error?.evalue);
  const shown = [];
  const places = new Map();
  for (const { type, content } of iopub) {
    const id = content.transient?.display_id;
    if (type === 'display_data') places.set(id, shown.push(content) - 1);
    else if (type === 'update_display_data') shown[places.get(id)] = content;
    else if (type === 'stream') {
      const last = shown.at(-1);
      if (last?.text) last.text += content.text;
      else shown.push({ ...content });
    }
  }
  assert.deepEqual(saidBy(shown), saidBy(cell.outputs));
}

test('there is a part for each of the five, with notes for the presenter', () => {
  assert.equal(parts.length, 5);
  const notes = cells.filter(cell => /<details><summary><b>Presenter's notes/.test(joined(cell.source)));
  assert.equal(notes.length, 6);
});

test('the parts run backwards, each with its committed outputs', async () => {
  for (const cell of parts.toReversed()) await runAsCommitted(cell);
});

test('a race that is stopped leaves all of them usable', async () => {
  const race = parts[3];
  const seen = kernel.messages.length;
  const running = kernel.run(joined(race.source), { timeout: 60_000 });
  const deadline = performance.now() + 20_000;
  while (!kernel.messages.slice(seen).some(({ type }) => type === 'display_data')) {
    assert.ok(performance.now() < deadline, 'the race shows nothing');
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  await kernel.request('interrupt_request', {}, { channel: 'control' });
  assert.equal((await running).error?.ename, 'Interrupted');
  for (const cell of [parts[3], parts[0]]) await runAsCommitted(cell);
});
