/**
 * `npm run build [-- arguments of tsc -b]`, and how set-up compiles the library: first the WebAssembly kernels of
 * lib/assembly, where their sources changed, then TypeScript. The first argument is the project, lib/test by default.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, tsc } from './setup/paths.mjs';

const sources = join(root, 'lib', 'assembly');
/** The binary as a module; see lib/src/networks/simd/kernels.ts. */
const binary = join(root, 'lib', 'src', 'networks', 'simd', 'kernelsBinary.ts');
const options = [
  ['--runtime', 'stub'], // no kernel allocates
  ['--use', 'abort='],
  ['--enable', 'simd,threads,bulk-memory'],
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
  const head = `/** lib/assembly/kernels.ts compiled, in base64. Made by scripts/build.mjs of the sources ${fingerprint()}. */\n`;
  if (existsSync(binary) && readFileSync(binary, 'utf8').startsWith(head)) return true;
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
  replace(binary, `${head}export const kernelsBinary =\n  '${Buffer.from(bytes).toString('base64')}';\n`);
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
