/** The README's promises: its example runs, its commands exist, its links lead somewhere. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root, workDir } from '../scripts/setup/paths.mjs';

const readme = readFileSync(join(root, 'README.md'), 'utf8');

test('the example runs and learns', () => {
  const [, example] = readme.match(/```js\n([\s\S]*?)```/);
  assert.ok(example.trim().split('\n').length <= 12);
  const folder = mkdtempSync(join(workDir, 'readme-'));
  try {
    writeFileSync(join(folder, 'example.cjs'), example);
    const { status, stdout, stderr } = spawnSync(process.execPath, ['example.cjs'], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    assert.equal(stderr, '');
    assert.ok(Number(stdout.match(/mean return over 100 episodes: ([\d.]+)/)[1]) > 450, stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('every npm command that it names is a script of package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const named = [...readme.matchAll(/npm (?:run ([\w-]+)|(start|test))/g)].map(match => match[1] ?? match[2]);
  assert.ok(named.length >= 6);
  for (const name of named) assert.ok(scripts[name], `npm run ${name}`);
});

test('every file that it links to is there', () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(match => match[1]);
  assert.ok(links.length >= 5);
  for (const link of links) assert.ok(existsSync(join(root, link)), link);
});

test('it shows every notebook that there is', () => {
  for (const file of readdirSync(join(root, 'notebooks')).filter(name => name.endsWith('.ipynb')))
    assert.ok(readme.includes(`notebooks/${file}`), file);
});
