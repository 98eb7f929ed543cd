/** Type check, lint and format of the whole project, as tests. Set-up has compiled lib and its tests already. */

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { PORTABLE_MATH } from '../scripts/package.mjs';
import { biome, root, tsc } from '../scripts/setup/paths.mjs';

const run = (script, ...args) =>
  spawnSync(process.execPath, [script, ...args], { cwd: root, encoding: 'utf8' });

test('type check: lib and its tests, strict', () => {
  const { status, stdout } = run(tsc, '-b', 'lib/test');
  assert.equal(status, 0, stdout);
});

test('lint and format', () => {
  const { status, stdout, stderr } = run(biome, 'check', '--error-on-warnings', '.');
  assert.equal(status, 0, stdout + stderr);
});

const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter(Boolean);

test('the lock file names no host of a registry', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const resolved = Object.values(lock.packages)
    .map(entry => entry.resolved)
    .filter(address => address?.includes('://'));
  assert.deepEqual(resolved, []);
});

test('no tracked file is over 5 MB', () => {
  const large = tracked.filter(file => statSync(join(root, file), { throwIfNoEntry: false })?.size > 5e6);
  assert.deepEqual(large, []);
});

test('nothing tracked holds a path of the machine it was made on', () => {
  // Built from pieces, so that this file does not match itself.
  const machinePath = new RegExp(
    `(?:${['home', 'Users', 'work', 'tmp', 'root'].map(d => `/${d}`).join('|')})/[\\w.-]+/`,
  );
  const guilty = tracked.filter(
    file =>
      /\.(ipynb|json|csv|ts|mjs|cjs|py|md)$/.test(file) &&
      statSync(join(root, file), { throwIfNoEntry: false }) &&
      machinePath.test(readFileSync(join(root, file), 'utf8')),
  );
  assert.deepEqual(guilty, []);
});

test('a finding can be run by its name, pins what it installs, and holds what it saw', () => {
  const modes = execFileSync('git', ['ls-files', '--stage', 'findings/*.sh'], {
    cwd: root,
    encoding: 'utf8',
  });
  const listed = modes.trim().split('\n');
  assert.ok(listed.length > 30);
  for (const line of listed) {
    const [, mode, file] = line.match(/^(\d+) .*\t(.*)$/);
    const text = readFileSync(join(root, file), 'utf8');
    assert.equal(mode, '100755', file);
    assert.match(text, /^#!\/usr\/bin\/env bash\n# /, file);
    assert.match(text, /^set -euo pipefail$/m, file);
    assert.match(text, /(@|==|": ")\d+\.\d+\.\d+/, `${file} names no version`);
    assert.match(text, /\bassert\b|^\[ .* \]$/m, `${file} checks nothing`);
  }
});

test("only the platform's side for Node imports Node's modules or uses its globals", () => {
  const needsNode = /['"]node:|\b(?:(?<!\.)require|process|Buffer|__dirname|setImmediate)\b(?=[.(;,)])/;
  const code = file => readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  const guilty = tracked.filter(file => /^lib\/src\/.*\.ts$/.test(file) && needsNode.test(code(file)));
  assert.deepEqual(guilty, ['lib/src/platform/node.ts']);
});

test('no number hangs on the engine: of Math only what is exact and what browsers get from lib, and no powers', () => {
  // What ECMAScript defines to the last bit; random is not among it, and ** is no more exact than Math.pow.
  const exact =
    'abs ceil clz32 floor fround imul max min round sign sqrt trunc E LN2 LN10 LOG2E LOG10E PI SQRT1_2 SQRT2';
  const allowed = new Set([...exact.split(' '), ...PORTABLE_MATH]);
  const isPowerOfTwo = ({ left, right }) => left.getText() === '2' && /^\d+$/.test(right.getText());
  const isPower = ({ operatorToken }) => /^\*\*=?$/.test(operatorToken?.getText() ?? '');
  const guiltyIn = (file, text) => {
    const found = [];
    const visit = node => {
      const mathIsElsewhere =
        ts.isIdentifier(node) && node.text === 'Math' && !allowed.has(node.parent.name?.text);
      const ofTheEngine = mathIsElsewhere && node.parent.expression?.getText() !== 'globalThis';
      if (ofTheEngine || (isPower(node) && !isPowerOfTwo(node)))
        found.push(`${file}: ${node.parent.getText()}`);
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
    return found;
  };
  const wrong = [
    'Math.tanh(x)',
    "Math['exp'](x)",
    'const { exp } = Math;',
    'x ** 2',
    'x **= 3',
    'Math.random()',
  ];
  for (const text of wrong) assert.equal(guiltyIn('x.ts', text).length, 1, text);
  assert.deepEqual(guiltyIn('x.ts', 'Math.exp(Math.PI) + 2 ** 27; xs.map(Math.log)'), []);
  const guilty = tracked
    .filter(file => /^lib\/src\/.*\.ts$/.test(file))
    .flatMap(file => guiltyIn(file, readFileSync(join(root, file), 'utf8')));
  assert.deepEqual(guilty, []);
});
