/** What README and CONTRIBUTING promise: the example runs, every command and every file that they name is there. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { root, workDir } from '../scripts/setup/paths.mjs';

const read = file => readFileSync(join(root, file), 'utf8');
const readme = read('README.md');
const { scripts } = JSON.parse(read('package.json'));

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

/** Which files are held to it, and how many commands and files each names at least. */
const PAGES = {
  'README.md': { commands: 20, files: 30 },
  'CONTRIBUTING.md': { commands: 10, files: 25 },
  '.github/pull_request_template.md': { commands: 3, files: 1 },
};

for (const [page, atLeast] of Object.entries(PAGES)) {
  const text = read(page);
  /** What stands between single backticks, outside of blocks of code. */
  const inline = [...text.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(match => match[1]);

  test(`every command that ${page} names is there`, () => {
    const npm = [...text.matchAll(/npm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
      ([, name, other]) => name ?? other,
    );
    for (const name of npm) assert.ok(scripts[name], `npm run ${name}`);
    const npx = inline.flatMap(code => code.match(/^npx ([\w-]+)/)?.[1] ?? []);
    for (const name of npx) assert.ok(existsSync(join(root, 'node_modules', '.bin', name)), `npx ${name}`);
    assert.ok(npm.length + npx.length >= atLeast.commands, `${npm.length + npx.length} commands`);
  });

  test(`every file that ${page} links to or names is there`, () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(match => join(dirname(page), match[1]));
    const FOLDERS =
      /^(?:node (?:--test )?)?((?:lib|data|docs|bench|scripts|tests|notebooks|jupyter|findings|\.github)\/[\w./-]+)$/;
    const named = inline.flatMap(code => code.match(FOLDERS)?.[1] ?? []);
    const files = [...links, ...named.filter(file => !file.includes('NAME'))];
    for (const file of files) assert.ok(existsSync(join(root, file)), file);
    assert.ok(files.length >= atLeast.files, `${files.length} files`);
  });
}

test('CONTRIBUTING gives the layers in the order that the check of imports holds', () => {
  const listed = read('CONTRIBUTING.md').match(/## The order of the layers\n([\s\S]*?)No two files/)[1];
  const folders = [...listed.matchAll(/`(\w+)`/g)].map(match => match[1]);
  const [, layers] = read('.dependency-cruiser.cjs').match(/LAYERS = \[([\s\S]*?)\];/);
  assert.deepEqual(
    folders,
    [...layers.matchAll(/'(\w+)'/g)].map(match => match[1]),
  );
});

test('README shows every notebook that there is', () => {
  for (const file of readdirSync(join(root, 'notebooks')).filter(name => name.endsWith('.ipynb')))
    assert.ok(readme.includes(`notebooks/${file}`), file);
});
