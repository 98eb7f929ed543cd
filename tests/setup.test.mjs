/** Set-up's failures, each provoked for real in a copy of the checkout: one cause, one remedy, nothing lost. */

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeWindowsKernelspec } from '../scripts/setup/kernelspec.mjs';
import { checkNode, warnOfOldNode } from '../scripts/setup/packages.mjs';
import { root, venvDir, windows } from '../scripts/setup/paths.mjs';
import { commonFailure, saysUnreachable } from '../scripts/setup/report.mjs';

const posixOnly = { skip: windows && 'the stand-ins for Python are shell scripts' };
let copy;

before(() => {
  copy = mkdtempSync(join(tmpdir(), 'pglab-setup-'));
  const files = execFileSync('git', ['ls-files', '-z', 'scripts', 'jupyter', 'lib', '*.json'], { cwd: root });
  for (const file of files.toString().split('\0').filter(Boolean))
    if (existsSync(join(root, file))) cpSync(join(root, file), join(copy, file));
  cpSync(join(root, 'lib', 'dist'), join(copy, 'lib', 'dist'), { recursive: true, preserveTimestamps: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
});
after(() => rmSync(copy, { recursive: true, force: true }));

/** Makes .venv in the copy, with this PATH and no reachable package index. */
function makePythonEnvironment(path, env = {}) {
  const program = `
    import { makePythonEnvironment } from './scripts/setup/python.mjs';
    import { runMain } from './scripts/setup/report.mjs';
    await runMain(async () => console.log('python:', await makePythonEnvironment()));`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: copy,
    encoding: 'utf8',
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PIP_|PATH$)/i.test(name))),
      PATH: path,
      PIP_CONFIG_FILE: windows ? 'NUL' : '/dev/null',
      PIP_INDEX_URL: 'http://127.0.0.1:9/simple',
      PIP_RETRIES: '0',
      ...env,
    },
  });
  return { status, stdout, stderr };
}

/** A folder with a `python3` (or others, by name) that answers the version probe like this. */
function fakePython(answer, others = {}) {
  const folder = mkdtempSync(join(copy, 'bin-'));
  for (const [name, text] of Object.entries({ python3: answer, ...others })) {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\necho '${text}'\n`);
    chmodSync(file, 0o755);
  }
  return folder;
}

const systemPython = () => {
  const program = 'import sys, os; print(os.path.dirname(os.path.realpath(sys._base_executable)))';
  return execFileSync(process.env.PGLAB_PYTHON ?? 'python3', ['-c', program], { encoding: 'utf8' }).trim();
};

test('Node too old', () => {
  assert.throws(() => checkNode('18.20.4'), /Node 18\.20\.4 is too old: pglab needs Node 20, 22, 24 or 26\./);
  checkNode('20.0.0');
});

test('Node 20 has ended its life: a line says so, for that one alone', () => {
  const lines = [];
  for (const version of ['20.20.2', '22.23.0', '24.21.0', '26.12.0'])
    warnOfOldNode(version, line => lines.push(line));
  assert.equal(lines.length, 1);
  assert.match(lines[0], /^Node 20\.20\.2 has ended its life, but works/);
});

test('disk full, and a file that may not be written', () => {
  assert.match(commonFailure('npm error code ENOSPC').why, /disk is full/);
  assert.match(commonFailure("[Errno 28] No space left on device: 'x'").remedy, /Free about 2 GB/);
  assert.match(commonFailure('EACCES: permission denied, mkdir').why, /may not be written/);
  assert.equal(commonFailure('all is well'), undefined);
});

test('an index out of reach is told from other failures', () => {
  for (const output of [
    'getaddrinfo ENOTFOUND example',
    'connect ECONNREFUSED 127.0.0.1:9',
    'Network is unreachable',
  ])
    assert.ok(saysUnreachable(output), output);
  for (const output of ['npm error code ERESOLVE', "ModuleNotFoundError: No module named 'x'"])
    assert.ok(!saysUnreachable(output), output);
});

test('no Python', posixOnly, () => {
  const { status, stderr } = makePythonEnvironment('');
  assert.equal(status, 1);
  assert.match(stderr, /No Python was found on the PATH: JupyterLab needs Python 3\.10 or newer\./);
  assert.match(stderr, /Install Python/);
});

test('Python too old', posixOnly, () => {
  const { status, stderr } = makePythonEnvironment(fakePython('3.8.17 1'));
  assert.equal(status, 1);
  assert.match(stderr, /Python 3\.8\.17 is too old: JupyterLab needs Python 3\.10 or newer\./);
});

test('a Python without ready-made packages is passed over for one that has them', posixOnly, () => {
  const passed = [
    [
      '3.16.0 1',
      /Passing over Python 3\.16\.0: the pinned packages are ready-made for Python 3\.10 to 3\.15\./,
    ],
    [
      '3.11.2 1 win-arm64',
      /Passing over Python 3\.11\.2: the pinned packages are ready-made for Python 3\.12 to 3\.15\./,
    ],
  ];
  for (const [first, line] of passed) {
    const { stdout } = makePythonEnvironment(fakePython(first, { 'python3.12': '3.12.4 1 win-arm64' }));
    assert.match(stdout, line);
    assert.match(stdout, /Making \.venv with Python 3\.12\.4/);
    rmSync(join(copy, '.venv'), { recursive: true });
  }
});

test('a Python without ready-made packages is tried where it is the only one', posixOnly, () => {
  const { stdout } = makePythonEnvironment(fakePython('2.7.18 0', { 'python3.17': '3.17.1 1' }));
  assert.match(
    stdout,
    /Trying Python 3\.17\.1, although the pinned packages are ready-made for Python 3\.10 to 3\.15\./,
  );
  assert.match(stdout, /Making \.venv with Python 3\.17\.1/);
  rmSync(join(copy, '.venv'), { recursive: true });
});

test('the newest Python of all is taken without a word', posixOnly, () => {
  const { stdout } = makePythonEnvironment(fakePython('3.15.1 1 linux-aarch64'));
  assert.doesNotMatch(stdout, /Passing over|although/);
  assert.match(stdout, /Making \.venv with Python 3\.15\.1/);
  rmSync(join(copy, '.venv'), { recursive: true });
});

test('no venv module', posixOnly, () => {
  const { status, stderr } = makePythonEnvironment(fakePython('3.12.1 0'));
  assert.equal(status, 1);
  assert.match(stderr, /Python 3\.12\.1 has no working venv module\./);
  assert.match(stderr, /python3-venv/);
});

test("somebody else's .venv is refused and left alone", () => {
  const folder = join(copy, '.venv');
  mkdirSync(folder);
  writeFileSync(join(folder, 'mine.txt'), 'precious');
  const { status, stderr } = makePythonEnvironment(process.env.PATH);
  assert.equal(status, 1);
  assert.match(stderr, /\.venv exists already, but it was not made by this set-up\./);
  assert.equal(readFileSync(join(folder, 'mine.txt'), 'utf8'), 'precious');
  rmSync(folder, { recursive: true });
});

test('a broken .venv is made anew; then the index is out of reach', posixOnly, () => {
  const folder = join(copy, '.venv');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'pglab-setup.json'), '{"installed":null}');
  symlinkSync('/nonexistent/python3', join(folder, 'bin', 'python'));
  const { status, stdout, stderr } = makePythonEnvironment(systemPython());
  assert.match(stdout, /\.venv is broken \(its Python does not start\): making it anew/);
  assert.equal(status, 1);
  assert.match(stderr, /The Python package index can't be reached, and there is no JupyterLab 4 on the PATH/);
});

test('without the index, a JupyterLab 4 on the PATH is used, and that is said', posixOnly, () => {
  const { status, stdout } = makePythonEnvironment(`${join(venvDir, 'bin')}:${systemPython()}`);
  assert.equal(status, 0, stdout);
  assert.match(
    stdout,
    /The Python package index can't be reached: using the JupyterLab 4\.[\d.]+ that is on the PATH\./,
  );
  assert.match(stdout, /python: .*\.venv/);
});

test("the kernelspec for Windows is the project's own, interrupted by messages", () => {
  const folder = join(copy, 'spec');
  writeWindowsKernelspec(folder);
  const spec = JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8'));
  const own = JSON.parse(readFileSync(join(root, 'jupyter', 'kernels', 'tslab', 'kernel.json'), 'utf8'));
  assert.equal(spec.interrupt_mode, 'message');
  assert.ok(existsSync(spec.argv[1]), spec.argv[1]);
  assert.deepEqual({ ...spec, argv: 0, interrupt_mode: 0 }, { ...own, argv: 0, interrupt_mode: 0 });
});

test('npm start: a port that is taken, and one that is none', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address();
  const start = (...args) =>
    spawnSync(process.execPath, ['scripts/start.mjs', ...args], { cwd: root, encoding: 'utf8' });
  const taken = start('--no-browser', '--port', String(port));
  server.close();
  assert.equal(taken.status, 1);
  assert.match(taken.stderr, new RegExp(`Port ${port} is taken by another program\\.`));
  assert.match(taken.stderr, /npm start -- --port \d+/);
  const none = start('--port=many');
  assert.equal(none.status, 1);
  assert.match(none.stderr, /The port is "many", but must be a whole number from 1 to 65535\./);
});

test('npm start serves the first notebook with the one TypeScript kernel, quietly, and ends with all it started', async () => {
  const home = mkdtempSync(join(tmpdir(), 'pglab-home-'));
  const child = spawn(process.execPath, ['scripts/start.mjs', '--no-browser'], {
    cwd: root,
    env: { ...process.env, HOME: home, USERPROFILE: home, XDG_DATA_HOME: '', XDG_CONFIG_HOME: '' },
  });
  let output = '';
  const address = await new Promise((resolve, reject) => {
    const take = chunk => {
      output += chunk;
      const found = output.match(
        /http:\/\/127\.0\.0\.1:\d+\/lab\/tree\/notebooks\/00-start-here\.ipynb\?token=\w+/,
      );
      if (found) resolve(new URL(found[0]));
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('close', () => reject(new Error(output)));
    setTimeout(() => reject(new Error(`no address in 60 s:\n${output}`)), 60_000).unref();
  });
  const api = async (path, options) =>
    (await fetch(`${address.origin}/api/${path}${address.search}`, options)).json();
  const { default: defaultKernel, kernelspecs } = await api('kernelspecs');
  assert.equal(defaultKernel, 'tslab');
  assert.deepEqual(Object.keys(kernelspecs), ['tslab']);
  const kernel = await api('kernels', { method: 'POST', body: JSON.stringify({ name: 'tslab' }) });
  assert.ok(kernel.id, JSON.stringify(kernel));
  assert.doesNotMatch(output, /\[[WE] /, 'no warning in the terminal');
  assert.equal((await fetch(`${address.origin}/api/kernelspecs`)).status, 403, 'the token is on');

  child.kill('SIGINT');
  const status = await new Promise(resolve => child.on('close', resolve));
  if (!windows) assert.equal(status, 0, output);
  await assert.rejects(fetch(address), 'the server has ended');
  assert.ok(
    !existsSync(join(home, '.jupyter')) && !existsSync(join(home, '.local')),
    'nothing in the home directory',
  );
  rmSync(home, { recursive: true, force: true });
});
