/**
 * `npm run prove-native`: shows that the project runs on native TensorFlow where its package's own download does not
 * work. It compiles tfjs-node's binding against the TensorFlow library inside the PyPI wheel tensorflow-cpu, puts the
 * result where an installed native package would be found, and runs the project's TensorFlow tests and notebooks on it.
 * Needs Linux on x64, a C++ compiler (g++ or c++), and about 2 GB of disk for a while. Everything lies in .pglab/native.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jupyterEnvironment, root, workDir } from './setup/paths.mjs';
import { runMain, runQuietly, SetupFailure, say } from './setup/report.mjs';
import { setUp } from './setup.mjs';

const TFJS_NODE = '4.22.0';
const TENSORFLOW = '2.21.0';
const NAPI = 8;

await runMain(async () => {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new SetupFailure(
      `This is ${process.platform} on ${process.arch}, but the proof is written for Linux on x64.`,
      'Run it there, or in a Linux container.',
    );
  const { python } = await setUp();
  const folder = join(workDir, 'native');
  const modules = join(folder, 'node_modules');
  const native = join(modules, 'tfjs-node-native');
  mkdirSync(folder, { recursive: true });

  say(`Fetching the sources of tfjs-node ${TFJS_NODE}`);
  const dependencies = {
    'tfjs-node-native': `npm:@tensorflow/tfjs-node@${TFJS_NODE}`,
    'node-api-headers': '1.5.0',
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  await must('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'], folder);
  // TensorFlow.js itself is then the project's copy, one folder up: there must be only one in a process.
  rmSync(join(modules, '@tensorflow'), { recursive: true, force: true });

  const wheels = join(folder, 'wheel');
  const library = join(wheels, 'tensorflow');
  if (!existsSync(join(library, 'libtensorflow_cc.so.2'))) {
    say(`Fetching the wheel tensorflow-cpu ${TENSORFLOW} (about 270 MB)`);
    await must(python, ['-m', 'pip', 'download', '--no-deps', '-d', wheels, `tensorflow-cpu==${TENSORFLOW}`]);
    const wheel = join(
      wheels,
      readdirSync(wheels).find(name => name.endsWith('.whl')),
    );
    await must(python, ['-m', 'zipfile', '-e', wheel, wheels]);
    rmSync(wheel);
  }

  say("Compiling tfjs-node's binding against it");
  const bindingFolder = join(native, 'lib', `napi-v${NAPI}`);
  mkdirSync(bindingFolder, { recursive: true });
  for (const name of ['tensorflow_cc', 'tensorflow_framework']) {
    const link = join(library, `lib${name}.so`);
    if (!existsSync(link)) symlinkSync(`lib${name}.so.2`, link);
  }
  await must(
    'c++',
    [
      ...['-shared', '-fPIC', '-O2', '-std=c++17', `-DNAPI_VERSION=${NAPI}`, '-w'],
      ...[join(library, 'include'), join(modules, 'node-api-headers', 'include'), native].map(
        path => `-I${path}`,
      ),
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map(name => join(native, 'binding', name)),
      ...[`-L${library}`, '-ltensorflow_cc', '-ltensorflow_framework', `-Wl,-rpath,${library}`],
      ...['-o', join(bindingFolder, 'tfjs_binding.node')],
    ],
    native,
  );

  const env = {
    ...jupyterEnvironment(),
    NODE_PATH: modules,
    PGLAB_TF: 'native',
    PGLAB_PYTHON: python,
  };
  const demonstration = `
    const tf = require('@tensorflow/tfjs-node');
    const { tfBackend } = require('pglab');
    console.log('backend:', tfBackend(), '| TensorFlow', tf.backend().binding.TF_Version, '| from', Object.keys(require.cache).find(name => name.endsWith('.node')).split(/[\\\\/]/).slice(-4).join('/'));
    console.log('gradient of sum tanh(x)^2 at 0.1, 0.2:', ...tf.grad(x => x.tanh().square().sum())(tf.tensor1d([0.1, 0.2])).dataSync());`;
  say('A first program:');
  spawnSync(process.execPath, ['-e', demonstration], { cwd: root, env, stdio: 'inherit' });
  say('The TensorFlow tests, the notebooks and the homework, on the native library:');
  const tests = ['tensorflow', 'notebooks/notebooks', 'homework/homework'].map(
    name => `tests/${name}.test.mjs`,
  );
  return spawnSync(process.execPath, ['--test', '--test-reporter=spec', ...tests], {
    cwd: root,
    env,
    stdio: 'inherit',
  }).status;
});

/** Runs a command to its end, or fails with the last line that it printed. */
async function must(command, args, cwd = root) {
  const { status, output } = await runQuietly(command.split('/').at(-1), command, args, { cwd });
  if (status !== 0)
    throw new SetupFailure(
      `${command} failed: ${output.trim().split('\n').at(-1)}`,
      'See .pglab/setup.log for all that it printed.',
    );
}
