/** What a shared Jupyter runs: the image's postBuild in a clean environment, and a student's first start on a hub. */

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { root, venvPython, windows } from '../../scripts/setup/paths.mjs';

const python = process.env.PGLAB_PYTHON ?? venvPython;
const skip = windows ? 'images and hubs are Linux' : false;

let folder;
let prefix;
let env;

/** A Python environment that has what Jupyter has, but knows of no kernel; nothing of the caller's settings remains. */
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'pglab-class-'));
  if (windows) return;
  prefix = join(folder, 'prefix');
  execFileSync(python, ['-m', 'venv', prefix]);
  const ask = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  const own = execFileSync(python, ['-c', ask], { encoding: 'utf8' }).trim();
  const its = execFileSync(join(prefix, 'bin', 'python'), ['-c', ask], { encoding: 'utf8' }).trim();
  writeFileSync(join(its, 'jupyter.pth'), own);
  const path = [join(prefix, 'bin'), dirname(process.execPath), process.env.PATH].join(delimiter);
  env = { PATH: path, HOME: join(folder, 'home'), CONDA_PREFIX: prefix, PIP_NO_INDEX: '1' };
  mkdirSync(env.HOME);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('postBuild gives the Jupyter of an image its kernel', { skip }, () => {
  const { status, stdout, stderr } = spawnSync('bash', [join('.binder', 'postBuild')], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout + stderr);
  const spec = JSON.parse(
    readFileSync(join(prefix, 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json'), 'utf8'),
  );
  assert.equal(spec.argv[0], process.execPath);
  assert.ok(existsSync(spec.argv[1]), spec.argv[1]);
});

test('a student who logs in for the first time has notebooks that run, and keeps them the second time', {
  skip,
}, () => {
  const home = join(env.HOME, 'pglab');
  const notebook = join(home, 'notebooks', '00-start-here.ipynb');
  const start = command =>
    spawnSync(join(root, 'jupyter', 'class', 'start'), command, { env, cwd: env.HOME, encoding: 'utf8' });
  const program = `
import sys
import nbformat
from nbclient import NotebookClient
code = """
import { readFileSync } from 'node:fs';
import { Rng } from 'pglab';
const map = readFileSync('../data/lecture-map/lecture-map.csv', 'utf8');
console.log(new Rng(1).uniform(), map.split('\\\\n')[0]);
"""
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
NotebookClient(notebook, kernel_name="tslab", resources={"metadata": {"path": sys.argv[1]}}).execute()
print(notebook.cells[0].outputs[0].text)`;
  const server = ['python', '-c', program, join(home, 'notebooks')];
  const { status, stdout, stderr } = start(server);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^0\.9581058068842746 notebook,slides,question$/m);
  const homework = readdirSync(join(home, 'notebooks', 'homework')).sort();
  assert.deepEqual(homework, ['README.md', 'made.json', 'starter']);
  assert.ok(lstatSync(join(home, 'lib')).isSymbolicLink());

  writeFileSync(notebook, 'mine');
  rmSync(join(home, 'data'), { recursive: true });
  assert.equal(start(['true']).status, 0);
  assert.equal(readFileSync(notebook, 'utf8'), 'mine');
  assert.ok(existsSync(join(home, 'data', 'lecture-map', 'lecture-map.csv')));
});

test('the commands of the image, the container and the page are there', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const file of ['.binder/postBuild', '.devcontainer/devcontainer.json', 'docs/class.md']) {
    const text = readFileSync(join(root, file), 'utf8');
    const named = [...text.matchAll(/npm run ([\w-]+)/g)].map(([, name]) => name);
    assert.ok(named.length > 0, file);
    for (const name of named) assert.ok(scripts[name], `${file}: npm run ${name}`);
  }
  const { image } = JSON.parse(readFileSync(join(root, '.devcontainer', 'devcontainer.json'), 'utf8'));
  const [, major] = image.match(/javascript-node:(\d+)/);
  assert.ok(Number(major) >= 20);
  assert.match(readFileSync(join(root, '.binder', 'environment.yml'), 'utf8'), /nodejs=2\d\b/);
});
