/** The two platforms: what both do is the same, and what only one can do is said in a sentence by the other. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { platform as browser } from '../dist/platform/browser';
import { platform as node } from '../dist/platform/node';

const folder = mkdtempSync(join(tmpdir(), 'pglab-platform-'));
after(() => rmSync(folder, { recursive: true }));

for (const platform of [node, browser]) {
  test(`${platform.name}: SHA-256 of the standard's examples and of a text beyond ASCII`, () => {
    // FIPS 180-4, the examples of one and of two blocks.
    assert.equal(platform.sha256('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    assert.equal(
      platform.sha256('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'),
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    );
    const text = 'π_θ 😀'.repeat(1000);
    assert.equal(platform.sha256(text), createHash('sha256').update(text).digest('hex'));
  });

  test(`${platform.name}: base64 of any bytes, and back`, () => {
    for (const length of [0, 1, 2, 3, 256, 20_000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 167) % 256);
      const text = platform.toBase64(bytes.subarray());
      assert.equal(text, Buffer.from(bytes).toString('base64'));
      assert.deepEqual(platform.fromBase64(text), bytes);
    }
    assert.equal(platform.toBase64(new Uint8Array([9, 0, 1, 9]).subarray(1, 3)), 'AAE=');
    assert.equal(platform.fromBase64('AAE=').buffer.byteLength, 2, 'a buffer of its own');
  });

  test(`${platform.name}: a turn of the event loop lets a timer of 0 ms come`, async () => {
    let came = false;
    setTimeout(() => (came = true), 0);
    for (let turns = 0; !came; turns++) {
      assert.ok(turns < 1e5);
      await platform.turn();
    }
  });
}

test('files are written whole, in folders that are made, in place of older ones', () => {
  const { files } = node;
  const path = join(folder, 'a', 'b.txt');
  assert.equal(files.exists(path), false);
  files.write(path, 'one');
  files.write(path, 'two π');
  assert.equal(files.read(path), 'two π');
  assert.equal(readFileSync(path, 'utf8'), 'two π');
  assert.deepEqual(readdirSync(join(folder, 'a')), ['b.txt']);
  assert.deepEqual([files.isFolder(path), files.isFolder(folder), files.exists(path)], [false, true, true]);
  writeFileSync(join(folder, 'file'), '');
  assert.throws(() => files.write(join(folder, 'file', 'x'), ''), /EEXIST|ENOTDIR/);
});

test('an optional package that is missing is named, with what to install', async () => {
  const message = 'tfNetwork needs the package not-there, which is not installed: npm install not-there';
  assert.throws(() => node.optional('not-there', 'tfNetwork'), { message });
  await assert.rejects(node.optionalModule('not-there', 'tfNetwork'), { message });
  assert.equal(node.optional('ml-matrix', 'x'), require('ml-matrix'));
  assert.ok(await node.optionalModule('ml-matrix', 'x'));
});

test('a package that is there but breaks says so itself', () => {
  const path = join(folder, 'broken.js');
  writeFileSync(path, "require('not-there-either')");
  assert.throws(() => node.optional(path, 'x'), /Cannot find module 'not-there-either'/);
});

test('a browser says what it has not', async () => {
  assert.throws(() => browser.files.read('x'), /A browser has no files/);
  assert.throws(() => browser.files.write('x', 'y'), /A browser has no files/);
  assert.equal(browser.threads.available, false);
  await assert.rejects(browser.threads.start('x', 0), /one thread/);
  await assert.rejects(browser.threads.call('x', 0, {} as never), /one thread/);
  assert.equal(browser.threads.processors, 1);
  assert.throws(
    () => browser.userModule('./x.cjs'),
    /asked for \.\/x\.cjs, but loads no modules in a browser/,
  );
  assert.throws(
    () => browser.optional('@tensorflow/tfjs-node', 'tfMlp'),
    /tfMlp needs TensorFlow\.js as the/,
  );
  const global = globalThis as { tf?: unknown };
  global.tf = { is: 'TensorFlow.js' };
  assert.equal(browser.optional('@tensorflow/tfjs-node', 'tfMlp'), global.tf);
  delete global.tf;
  await assert.rejects(
    browser.optionalModule('@mujoco/mujoco', 'mujoco'),
    /mujoco needs the package @mujoco/,
  );
  assert.equal(browser.kernelDisplay(), undefined);
});
