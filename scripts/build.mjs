/**
 * `npm run build [-- arguments of tsc -b]`, and how set-up compiles the library: first the WebAssembly kernels of
 * lib/assembly, where their sources changed, then TypeScript. The first argument is the project, lib/test by default.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, tsc } from './setup/paths.mjs';

const sources = join(root, 'lib', 'assembly');
const binary = join(root, 'lib', 'dist', 'networks', 'simd', 'kernels.wasm');
const options = [
  ['--runtime', 'stub'], // no kernel allocates
  ['--use', 'abort='],
  ['--enable', 'simd,threads'],
  '--importMemory', // made by lib/src/networks/simd/arena.ts; shared, because then it grows without detaching arrays
  '--sharedMemory',
  ['--initialMemory', '1'],
  ['--maximumMemory', '65536'],
  ['--optimizeLevel', '3'],
  '--converge',
  '--noAssert',
].flat();

/** The binary is made of these bytes and of nothing else. */
function fingerprint() {
  const hash = createHash('sha256').update(JSON.stringify(options));
  hash.update(readFileSync(join(root, 'node_modules', 'assemblyscript', 'package.json')));
  for (const name of readdirSync(sources).sort()) hash.update(name).update(readFileSync(join(sources, name)));
  return hash.digest('hex');
}

/** Compiles lib/assembly/kernels.ts unless the binary is that of the same sources; tells whether all went well. */
async function buildKernels() {
  const stamp = binary + '.sha256';
  const wanted = fingerprint();
  if (existsSync(binary) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true;
  const { default: asc } = await import('assemblyscript/asc');
  let bytes;
  const { error, stderr } = await asc.main(
    ['kernels.ts', '--baseDir', sources, '--outFile', 'kernels.wasm', ...options],
    {
      writeFile: (_name, contents) => {
        bytes = contents;
      },
    },
  );
  if (error) {
    process.stdout.write(stderr.toString() || `${error.message}\n`);
    return false;
  }
  mkdirSync(dirname(binary), { recursive: true });
  replace(binary, bytes);
  replace(stamp, wanted);
  return true;
}

/** Writes beside the file and renames, so that nobody reads half of it. */
function replace(file, contents) {
  const whole = `${file}.${process.pid}`;
  writeFileSync(whole, contents);
  renameSync(whole, file);
}

const [project = 'lib/test', ...rest] = process.argv.slice(2);
process.exitCode = (await buildKernels())
  ? spawnSync(process.execPath, [tsc, '-b', project, ...rest], { cwd: root, stdio: 'inherit' }).status
  : 1;
