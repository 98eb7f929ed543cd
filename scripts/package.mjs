/**
 * `npm run package [-- folder]`: packs the library as it would be published, to .pglab/package, and says how large it is.
 * With `--prepare`, which npm runs before it packs lib: compiles, drops what has no source any more, bundles the browser entry.
 */

import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildLibrary, npm } from './setup/packages.mjs';
import { root, workDir } from './setup/paths.mjs';
import { runMain, SetupFailure, say } from './setup/report.mjs';

const lib = join(root, 'lib');
const source = join(lib, 'src');
const dist = join(lib, 'dist');

/** The functions of Math whose last bit the language leaves to the engine, and that lib has its own of for browsers. */
export const PORTABLE_MATH = ['atan2', 'cos', 'exp', 'expm1', 'hypot', 'log', 'log10', 'log1p', 'sin'];

/** The library's other side for a bundle of lib/src/index.ts; see lib/src/platform. */
export const browserPlatform = {
  name: 'platform',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/platform$/ }, ({ path, resolveDir }) =>
      join(resolveDir, path) === join(source, 'platform')
        ? { path: join(source, 'platform', 'browser.ts'), sideEffects: false }
        : undefined,
    ),
};

/** esbuild's options for a bundle of lib/src/index.ts that gives the same bytes in a browser as in Node. */
export const IN_BROWSER = {
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  plugins: [browserPlatform],
  inject: [join(source, 'platform', 'browserMath.ts')],
  define: Object.fromEntries(
    PORTABLE_MATH.map(name => [`Math.${name}`, `portable${name[0].toUpperCase()}${name.slice(1)}`]),
  ),
};

/** Packs lib into a folder; what npm says of the file. */
export async function pack(folder = join(workDir, 'package')) {
  mkdirSync(folder, { recursive: true });
  const { status, output } = await npm(['pack', '--json', '--pack-destination', folder], { cwd: lib });
  if (status !== 0) throw new SetupFailure('npm could not pack the library.', output.trim());
  const [{ filename, files, size, unpackedSize }] = JSON.parse(output.slice(output.indexOf('[\n')));
  return { filename: join(folder, filename), files: files.length, size, unpackedSize };
}

async function prepare() {
  buildLibrary();
  for (const name of readdirSync(dist, { recursive: true })) if (!hasSource(name)) rmSync(join(dist, name));
  await bundleBrowser();
  return 0;
}

/** Whether a file of dist is compiled from one of src, or a folder. */
function hasSource(name) {
  const [, stem, ending] = name.match(/^(.*?)(\.d\.mts|\.mjs|\.d\.ts|\.js)$/) ?? [];
  if (stem) return existsSync(join(source, `${stem}${/m/.test(ending) ? '.mts' : '.ts'}`));
  return !/\.\w+$/.test(name);
}

/** One ES module with all that pglab needs in a browser, from the same sources but for lib/src/platform. */
async function bundleBrowser() {
  await build({
    ...IN_BROWSER,
    absWorkingDir: root,
    entryPoints: [join(source, 'index.ts')],
    outfile: join(dist, 'browser.mjs'),
    format: 'esm',
    legalComments: 'eof',
    logLevel: 'warning',
  });
}

if (fileURLToPath(import.meta.url) === process.argv[1])
  await runMain(async () => {
    const [argument] = process.argv.slice(2);
    if (argument === '--prepare') return prepare();
    const { filename, files, size, unpackedSize } = await pack(argument);
    const kilobytes = bytes => `${Math.round(bytes / 1000)} kB`;
    say(`${filename}: ${files} files, ${kilobytes(size)}, unpacked ${kilobytes(unpackedSize)}`);
    return 0;
  });
