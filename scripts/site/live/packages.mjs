/**
 * The kernel of the live notebooks and the packages that its cells import, as scripts: `buildKernel` fills a folder with
 *
 *   worker.js              the kernel (jupyter/live/worker.mjs)
 *   packages/<name>.js     a package, which the kernel fetches at the first import
 *   packages/*.wasm, ...   what these fetch in turn
 *   declarations/*.json    what the compiler knows of them
 */

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { browserPlatform } from '../../package.mjs';
import { root } from '../../setup/paths.mjs';
import { packDeclarations } from './declarations.mjs';

const require = createRequire(join(root, 'package.json'));
const live = join(root, 'jupyter', 'live');
const shim = name => join(live, 'node', `${name}.mjs`);

/** Modules of Node for code that is bundled with the kernel. */
const SHIMS = {
  assert: shim('assert'),
  async_hooks: shim('async_hooks'),
  crypto: shim('crypto'),
  fs: shim('fs'),
  module: join(live, 'node', 'module.cjs'),
  os: shim('os'),
  path: require.resolve('path-browserify'),
  'timers/promises': shim('timers_promises'),
  url: shim('url'),
  util: shim('util'),
  vm: shim('vm'),
};

/** Modules of Node that packages ask the kernel for. */
const FROM_KERNEL = ['crypto', 'events', 'fs', 'os', 'path', 'process', 'stream', 'url', 'util'];

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  minify: true,
  keepNames: true, // in tracebacks, and a cell shows a value's class
  legalComments: 'none',
  logLevel: 'error',
};

/** Replaces imports: `names` maps what is imported, from a file whose path `from` matches, to the file that is taken. */
const instead = (names, from = /./) => ({
  name: 'instead',
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ path, importer }) => {
      const name = path.replace(/^node:/, '');
      return Object.hasOwn(names, name) && from.test(importer.replaceAll('\\', '/'))
        ? { path: names[name] }
        : undefined;
    });
  },
});

/** A module of a few lines, as text. */
const written = texts => ({
  name: 'written',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ path }) =>
      Object.hasOwn(texts, path) ? { path, namespace: 'written' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'written' }, ({ path }) => ({
      contents: texts[path],
      loader: 'js',
      resolveDir: root,
    }));
  },
});

/** What danfojs asks for only where data come from another machine. */
const NOT_HERE = what =>
  `module.exports = () => { throw new Error('In a browser danfojs has no ${what}.'); };`;

/** The packages: how each is made, besides what is common. */
const PACKAGES = {
  pglab: { entry: 'lib/src/index.ts', plugins: () => [browserPlatform] },
  '@tensorflow/tfjs-node': {
    entry: 'lib/tfjs-node/wasm.js',
    plugins: () => [written({ './binary.js': bytesOf('tfjs-backend-wasm-simd.wasm') })],
    files: ['@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm'],
  },
  'danfojs-node': {
    entry: require.resolve('danfojs-node'),
    plugins: () => [
      written({
        'node-fetch': 'module.exports = (...args) => fetch(...args);',
        request: NOT_HERE('requests in streams'),
        'plotly.js-dist-min': NOT_HERE('plots'),
      }),
    ],
  },
  diff: { entry: require.resolve('diff') },
  'plotly.js-dist': { entry: join(live, 'plotly.cjs') },
  '@mujoco/mujoco': {
    text: `const { text, bytes } = globalThis[Symbol.for('pglab.packages')];
      module.exports = { version: ${JSON.stringify(versionOf('@mujoco/mujoco'))}, url: 'mujoco.js',
        get script() { return text('mujoco.js'); }, bytes, requireBeside: undefined };`,
    files: ['@mujoco/mujoco', '@mujoco/mujoco/mujoco.wasm'],
  },
  tslab: {
    entry: join(require.resolve('tslab/package.json'), '..', 'dist', 'public.js'),
    plugins: () => [
      written({
        './jupyter': "module.exports = globalThis[Symbol.for('pglab.tslab')];",
        './util': `exports.getVersion = () => ${JSON.stringify(versionOf('tslab'))};`,
        '@tslab/typescript-for-tslab': `exports.version = ${JSON.stringify(versionOf('typescript'))};`,
      }),
    ],
  },
  'node stream': { entry: require.resolve('readable-stream') },
};

function bytesOf(name) {
  return `module.exports = () => globalThis[Symbol.for('pglab.packages')].bytes(${JSON.stringify(name)});`;
}

function versionOf(name) {
  return JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
}

const fileOf = name => `${name.replace(/^@/, '').replaceAll(/[/ ]/g, '-')}.js`;

/** Builds everything into a folder, anew. */
export async function buildKernel(folder) {
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['packages', 'declarations']) mkdirSync(join(folder, name), { recursive: true });
  for (const [name, { entry, text, plugins = () => [], files = [] }] of Object.entries(PACKAGES)) {
    const others = Object.keys(PACKAGES).filter(other => other !== name);
    await build({
      ...common,
      ...(entry ? { entryPoints: [entry] } : { stdin: { contents: text, resolveDir: root } }),
      outfile: join(folder, 'packages', fileOf(name)),
      format: 'cjs',
      external: [...others, ...FROM_KERNEL.flatMap(builtIn => [builtIn, `node:${builtIn}`])],
      plugins: plugins(),
      banner: {
        js: `globalThis[Symbol.for('pglab.packages')].define(${JSON.stringify(name)}, (module, exports, require) => {`,
      },
      footer: { js: '});' },
    });
    for (const file of files) {
      const from = require.resolve(file);
      copyFileSync(from, join(folder, 'packages', from.replace(/.*[\\/]/, '')));
    }
  }
  const { packs, packOf } = packDeclarations();
  for (const [name, texts] of Object.entries(packs))
    writeFileSync(join(folder, 'declarations', name), JSON.stringify(texts));
  const names = Object.keys(PACKAGES);
  await build({
    ...common,
    entryPoints: [join(live, 'worker.mjs')],
    outfile: join(folder, 'worker.js'),
    format: 'iife',
    plugins: [instead(SHIMS)],
    define: {
      PACKAGES: JSON.stringify(Object.fromEntries(names.map(name => [name, fileOf(name)]))),
      DECLARATIONS: JSON.stringify(packOf),
      __dirname: '"/kernel/kernels/tslab"',
      __filename: '"/kernel/kernels/tslab/worker.js"',
    },
  });
}
