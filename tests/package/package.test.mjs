/**
 * The library as somebody else gets it: the file that npm packs, installed in an empty folder, trains from TypeScript as an ES
 * module and as CommonJS, and in a browser with and without a bundler, all with the bytes of this checkout.
 */

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { findBrowser, launchBrowser } from '../../scripts/notebooks/browser.mjs';
import { pack } from '../../scripts/package.mjs';
import { npm } from '../../scripts/setup/packages.mjs';
import { root, tsc } from '../../scripts/setup/paths.mjs';

const here = createRequire(import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'pglab-package-'));
const installed = join(folder, 'node_modules', 'pglab');
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
let packed;

before(async () => {
  packed = await pack(folder);
  write('package.json', JSON.stringify({ name: 'empty', private: true }));
  const { status, output } = await npm(['install', packed.filename, '--prefer-offline', '--no-audit'], {
    cwd: folder,
  });
  assert.equal(status, 0, output);
});

const write = (name, text) => writeFileSync(join(folder, name), text);

function run(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

/** Short training of each kind of loop, as somebody would write it in TypeScript. */
const training = `
import { cartPole, mlp, mlpPolicy, type PpoRecord, pendulum, ppoClip, ppoKl } from 'pglab';

interface Trained {
  theta: number[];
  critic: number[];
  history: PpoRecord[];
}

export async function train(threads: 1 | 2): Promise<Trained[]> {
  const env = cartPole();
  const common = { seed: 1, totalSteps: 2048, stepsPerIteration: 512, copies: 4, threads };
  const clip = await ppoClip({
    ...common,
    env,
    policy: mlpPolicy({ env, seed: 1 }),
    critic: mlp({ inputs: 4, outputs: 1, seed: 2 }),
  });
  const swing = pendulum();
  const penalty = await ppoKl({
    ...common,
    env: swing,
    policy: mlpPolicy({ env: swing, seed: 3 }),
    critic: mlp({ inputs: 3, outputs: 1, seed: 4 }),
    normalizeObservations: true,
  });
  return [clip, penalty].map(({ policy, critic, history }) => ({
    theta: [...policy.parameters],
    critic: [...critic.parameters],
    history,
  }));
}
`;

/** What the same training gives in this checkout. */
const expected = async () => {
  const { ppoClip, ppoKl, cartPole, pendulum, mlp, mlpPolicy } = here('pglab');
  const names = { ppoClip, ppoKl, cartPole, pendulum, mlp, mlpPolicy };
  const { transform } = await import('esbuild');
  const { code } = await transform(training.replace(/import .*;/, '').replace('export', ''), {
    loader: 'ts',
  });
  const train = new Function(...Object.keys(names), `${code}; return train;`)(...Object.values(names));
  return JSON.stringify(await train(1));
};
let wanted;
before(async () => {
  wanted = await expected();
  assert.ok(wanted.length > 10_000);
});

/** What saved policies do with a seed: the bits of observations, actions and distributions, in a text. */
const acting = `
import { cartPole, pendulum, Rng, unpackPolicy } from 'pglab';

export function act(files: Uint8Array[]): string {
  const seen = files.map(file => {
    const { policy, environment } = unpackPolicy(file);
    const env = environment === 'Pendulum-v1' ? pendulum() : cartPole();
    const rng = new Rng(5);
    const numbers: number[] = [];
    let observation = env.reset(rng);
    for (let t = 0; t < 150; t++) {
      const drawn = policy.act(observation, 0, rng);
      const action = typeof drawn === 'number' ? drawn : [...drawn];
      numbers.push(...observation, ...[action].flat(), ...policy.network.forward(observation, 1));
      const { observation: next, terminated, truncated } = env.step(action);
      observation = terminated || truncated ? env.reset(rng) : next;
    }
    return { environment, bits: [...new Uint8Array(Float64Array.from(numbers).buffer)].join() };
  });
  return JSON.stringify(seen);
}
`;

/** Two policies, trained shortly and saved to files: over actions, and over forces with normalised observations. */
async function savedPolicies() {
  const { cartPole, mlp, mlpPolicy, pendulum, ppoClip, savePolicy } = here('pglab');
  const common = { seed: 1, totalSteps: 1024, stepsPerIteration: 512, copies: 4 };
  const files = [];
  for (const [env, inputs, normalizeObservations] of [
    [cartPole(), 4, false],
    [pendulum(), 3, true],
  ]) {
    const policy = mlpPolicy({ env, seed: 1 });
    const critic = mlp({ inputs, outputs: 1, seed: 2 });
    const { policy: trained } = await ppoClip({ ...common, env, policy, critic, normalizeObservations });
    const file = join(folder, `policy${inputs}.pglab`);
    savePolicy(file, trained, { env });
    files.push(readFileSync(file));
  }
  return files;
}

/** The first place where they differ says more than half a megabyte. */
function assertSame(actual, what) {
  if (actual === wanted) return;
  const at = [...wanted].findIndex((character, i) => actual[i] !== character);
  assert.equal(
    actual.slice(Math.max(0, at - 100), at + 50),
    wanted.slice(Math.max(0, at - 100), at + 50),
    what,
  );
}

test('the file holds what it should and nothing else', () => {
  const list = execFileSync('tar', ['-tzf', packed.filename], { encoding: 'utf8' }).trim().split(/\r?\n/);
  for (const name of [
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
    'package.json',
    'dist/browser.mjs',
    'dist/index.mjs',
  ])
    assert.ok(list.includes(`package/${name}`), name);
  assert.deepEqual(
    list.filter(name => !/^package\/(README\.md|LICENSE|CHANGELOG\.md|package\.json|dist\/)/.test(name)),
    [],
  );
  assert.deepEqual(
    list.filter(name => /\.map$|\.tsbuildinfo$|test|platform\/(browser|elementary)/.test(name)),
    [],
  );
  const sources = readdirSync(join(root, 'lib', 'src'), { recursive: true }).filter(n => /\.m?ts$/.test(n));
  const compiled = list.filter(name => /\/dist\/.*\.(js|mjs)$/.test(name)).length;
  assert.equal(compiled, sources.length - 2, 'each source but three of the browser, and the bundle');
  assert.ok(packed.size < 1e6, `${packed.size} bytes`);
});

test('nothing came along that only some need', () => {
  const names = readdirSync(join(folder, 'node_modules'));
  for (const name of ['@tensorflow', '@mujoco', 'danfojs-node', 'assemblyscript', 'typescript'])
    assert.ok(!names.includes(name), name);
});

test('publint finds nothing', async () => {
  const { messages, pkg } = await publint({ pkgDir: installed, strict: true, pack: false });
  assert.deepEqual(
    messages.map(message => formatMessage(message, pkg)),
    [],
  );
});

test('are the types wrong? No', () => {
  const cli = join(root, 'node_modules', '@arethetypeswrong', 'cli');
  const { bin } = JSON.parse(readFileSync(join(cli, 'package.json'), 'utf8'));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(cli, bin.attw), packed.filename, '--no-color', '--no-emoji'],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /No problems found/);
});

test('trains from TypeScript in both module systems: strict types, the same bytes', () => {
  write('train.mts', training);
  write('module.mts', "import { train } from './train.mjs';\nconsole.log(JSON.stringify(await train(1)));\n");
  write('train.cts', training);
  write(
    'common.cts',
    "import { train } from './train.cjs';\ntrain(2).then(trained => console.log(JSON.stringify(trained)));\n",
  );
  const options = {
    module: 'NodeNext',
    target: 'ES2022',
    lib: ['ES2022', 'DOM'],
    types: [],
    strict: true,
    skipLibCheck: false,
    esModuleInterop: true,
    verbatimModuleSyntax: false,
  };
  write('tsconfig.json', JSON.stringify({ compilerOptions: options, include: ['*.mts', '*.cts'] }));
  run(tsc, '-p', '.');
  assertSame(run('module.mjs').trim(), 'ES module');
  assertSame(run('common.cjs').trim(), 'CommonJS, on two threads');
});

test('the examples of its README run', () => {
  const examples = [...readFileSync(join(installed, 'README.md'), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)];
  assert.equal(examples.length, 2);
  const printed = examples.map(([, example], i) => {
    write(`example${i}.mjs`, example);
    return run(`example${i}.mjs`);
  });
  assert.ok(Number(printed[0].match(/mean return over 100 episodes: ([\d.]+)/)[1]) > 450, printed[0]);
  assert.match(printed[1], /J = 0\.\d{4}\n\|grad J\| = \d\.\d{4}/);
});

test('one process holds one pglab, however it is imported', () => {
  write(
    'both.mjs',
    `import { createRequire } from 'node:module';
    import * as module from 'pglab';
    const common = createRequire(import.meta.url)('pglab');
    const names = Object.keys(common);
    const other = names.filter(name => module[name] !== common[name]);
    console.log(names.length === Object.keys(module).filter(name => !/^(default|module\\.exports|__esModule)$/.test(name)).length, other);`,
  );
  assert.equal(run('both.mjs').trim(), 'true []');
});

test('what is missing is named when it is first used, with what to install', () => {
  write(
    'missing.mjs',
    `import { halfCheetah, tfBackend } from 'pglab';
    for (const use of [tfBackend, halfCheetah])
      try {
        await use();
        console.log('there');
      } catch (error) {
        console.log(error.message);
      }`,
  );
  const [tensorflow, mujoco] = run('missing.mjs').trim().split('\n');
  assert.match(tensorflow, /needs the package @tensorflow\/tfjs-node, which is not installed: npm install @/);
  assert.match(mujoco, /needs the package @mujoco\/mujoco, which is not installed: npm install @mujoco/);
});

test("the browser entry asks the engine for no function whose last bit is the engine's", () => {
  const engines =
    /\bMath\.(?:a?(?:cos|sin|tan)h?|atan2|exp|expm1|log|log10|log1p|log2|pow|cbrt|hypot|random)\b/;
  const uncalled = [
    /^this\.set\(i, j, Math\.\w+\(this\.get\(i, j\)\)\)/, // ml-matrix's element-wise functions
    /random = Math\.random/, // its random matrices
    /Math\.pow\(x\[i\] - meanValue, n\)/, // simple-statistics' third and higher moments
  ];
  const guilty = readFileSync(join(installed, 'dist', 'browser.mjs'), 'utf8')
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .split('\n')
    .map(line => line.trim())
    .filter(line => engines.test(line) && !uncalled.some(known => known.test(line)));
  assert.deepEqual(guilty, []);
});

const browserPath = findBrowser();
const skip = browserPath ? false : 'no Chromium, Chrome or Edge was found';

test('trains in a browser, bundled and not, in a page and in a worker: the same bytes', {
  skip,
}, async () => {
  write('act.ts', acting);
  write('page.ts', `import { act } from './act';\n${training}\nObject.assign(globalThis, { train, act });\n`);
  write('worker.ts', `${training}\ntrain(1).then(trained => postMessage(JSON.stringify(trained)));\n`);
  const site = join(folder, 'site');
  const { metafile, warnings } = await build({
    absWorkingDir: folder,
    entryPoints: ['page.ts', 'worker.ts'],
    outdir: site,
    bundle: true,
    minify: true,
    format: 'esm',
    metafile: true,
    logLevel: 'silent',
  });
  assert.deepEqual(warnings, []);
  const inputs = Object.keys(metafile.inputs).sort();
  assert.deepEqual(inputs, ['act.ts', 'node_modules/pglab/dist/browser.mjs', 'page.ts', 'worker.ts']);
  mkdirSync(site, { recursive: true });

  const types = { js: 'text/javascript', mjs: 'text/javascript', html: 'text/html' };
  const server = createServer(({ url }, response) => {
    const file = [join(site, url), join(folder, url)].find(existsSync);
    if (url === '/')
      return response.setHeader('Content-Type', types.html).end('<!doctype html><title>-</title>');
    if (!file) return response.writeHead(404).end();
    response.setHeader('Content-Type', types[url.split('.').pop()]).end(readFileSync(file));
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const browser = await launchBrowser(browserPath);
  try {
    const page = await browser.newPage();
    const errors = [];
    page.on('pageerror', error => errors.push(String(error)));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    assert.equal(
      await page.evaluate(() => globalThis.crossOriginIsolated),
      false,
      'as static hosts serve it',
    );
    const bundled = await page.evaluate(async () => {
      await import('/page.js');
      return JSON.stringify(await globalThis.train(1));
    });
    assertSame(bundled, 'in a page');
    const saved = await savedPolicies();
    const acted = await page.evaluate(
      files => globalThis.act(files.map(file => Uint8Array.from(file))),
      saved.map(file => [...file]),
    );
    await build({
      absWorkingDir: folder,
      entryPoints: ['act.ts'],
      outfile: join(folder, 'act.mjs'),
      logLevel: 'silent',
    });
    const { act } = await import(pathToFileURL(join(folder, 'act.mjs')).href);
    assert.ok(acted.length > 10_000 && acted.includes('Pendulum-v1'), acted.slice(0, 100));
    assert.ok(acted === act(saved), 'saved policies act in a page as in Node');
    const worker = await page.evaluate(
      () =>
        new Promise((resolve, reject) => {
          const worker = new Worker('/worker.js', { type: 'module' });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error(message));
        }),
    );
    assertSame(worker, 'in a worker');
    const names = await page.evaluate(async () =>
      Object.keys(await import('/node_modules/pglab/dist/browser.mjs')),
    );
    assert.deepEqual(names.sort(), Object.keys(here('pglab')).sort(), 'the names of Node');
    const refused = await page.evaluate(async () => {
      const { loadCheckpoint } = await import('/node_modules/pglab/dist/browser.mjs');
      const messages = [];
      await globalThis.train(2).catch(error => messages.push(error.message));
      try {
        loadCheckpoint('run.json');
      } catch (error) {
        messages.push(error.message);
      }
      return messages;
    });
    assert.match(refused[0], /threads is 2/);
    assert.match(refused[1], /A browser has no files/);
    assert.deepEqual(errors, []);
  } finally {
    await browser.close();
    server.close();
  }
});
