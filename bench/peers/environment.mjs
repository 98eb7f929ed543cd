/**
 * The virtual environments of the peers, one for each in .pglab/peers, of pinned packages. Where one is whole it is used again;
 * a half-made one is made anew, with pip's downloads from the cache.
 *
 * On Linux, PyPI's own PyTorch is the build for CUDA, which does not start without 2 GB of further libraries; the build
 * for the processor alone comes from wherever pip is configured to look (an index of one's own, a folder of wheels). So pip
 * is asked what it would install before anything large is downloaded.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { windows, workDir } from '../../scripts/setup/paths.mjs';
import {
  commonFailure,
  runQuietly,
  SetupFailure,
  say,
  saysUnreachable,
} from '../../scripts/setup/report.mjs';
import { peers } from './peers.mjs';

export const peersDir = join(workDir, 'peers');
/** One that can tell, from the index alone, what it would install. */
const PIP = 'pip==26.3';
const CUDA_SIZE = '2.7 GB to download and 5 GB on disk';

/** Settings for the peers: no graphics card, nothing from outside the environment, and what they compile stays with them. */
export const peersVariables = {
  CUDA_VISIBLE_DEVICES: '',
  JAX_PLATFORMS: 'cpu',
  PYTHONNOUSERSITE: '1',
  TMPDIR: join(peersDir, 'compiled'),
};

/** How many threads the peers' libraries may use. */
export const threadVariables = threads => ({
  OMP_NUM_THREADS: String(threads),
  MKL_NUM_THREADS: String(threads),
});

/** Where a peer's environment lies. */
function placesOf(key) {
  const venvDir = join(peersDir, key);
  return {
    venvDir,
    venvPython: windows ? join(venvDir, 'Scripts', 'python.exe') : join(venvDir, 'bin', 'python'),
    markFile: join(venvDir, 'pglab-installed'),
  };
}

/** Whether there is a C++ compiler by one of the names that builds ask for. */
export const hasCompiler = () =>
  ['c++', 'g++', 'clang++'].some(name => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);

/**
 * Makes a peer's environment, or finds that it is whole.
 * @param {string} python the Python to make it with
 * @param {string} key of ./peers.mjs
 * @param {{ cuda?: boolean }} options cuda: where pip has PyTorch for CUDA only, take that and all that it needs
 * @returns {Promise<string>} the environment's Python
 */
export async function makePeersEnvironment(python, key, { cuda = false } = {}) {
  const peer = peers[key];
  const { name, modules } = peer;
  const { venvDir, venvPython, markFile } = placesOf(key);
  const requirements = fileURLToPath(new URL(peer.requirements, import.meta.url));
  mkdirSync(peersVariables.TMPDIR, { recursive: true });
  const pip = (args, purpose) => runPip(venvPython, args, purpose);
  const stamp = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(markFile) && readFileSync(markFile, 'utf8') === stamp && isWhole(venvPython, modules))
    return venvPython;

  remove(venvDir);
  try {
    mkdirSync(workDir, { recursive: true });
    await run('venv', python, ['-m', 'venv', venvDir], 'make a virtual environment');
    await pip(['install', PIP], 'bring its pip up to date');
    const needsCuda = peer.torch && (await offersCudaOnly(requirements, venvDir, pip));
    if (needsCuda && !cuda)
      throw new SetupFailure(
        `pip finds PyTorch for this machine only as the build for CUDA (${CUDA_SIZE}, graphics card or not), so nothing was installed.`,
        "Let pip find the build for the processor alone (PIP_EXTRA_INDEX_URL=<the address that PyTorch's installation page gives for Linux, pip and CPU>) and run the same command again, or take CUDA: npm run bench:peers -- --cuda.",
      );
    const size = needsCuda ? CUDA_SIZE : peer.size;
    say(`Installing ${name} and what it needs from the Python package index into .pglab/peers/${key}:`);
    say(`${size}; Ctrl+C stops it, deleting that folder undoes it`);
    const began = performance.now();
    const names = ['--only-binary', ':all:', '-r', requirements];
    await pip(['install', ...(peer.pinsAll && !needsCuda ? ['--no-deps'] : []), ...names], `install ${name}`);
    await run('a first start', venvPython, ['-c', `import ${modules.at(-1)}`], `start ${name}`);
    say(`Installed in ${Math.round((performance.now() - began) / 1000)} s`);
  } catch (error) {
    remove(venvDir);
    throw error;
  }
  writeFileSync(markFile, stamp);
  return venvPython;
}

/** Whether its Python starts and finds the packages. */
function isWhole(venvPython, modules) {
  const program = `import importlib.util as u, sys
sys.exit(any(u.find_spec(m) is None for m in ${JSON.stringify(modules)}))`;
  return spawnSync(venvPython, ['-c', program], { stdio: 'ignore' }).status === 0;
}

function remove(venvDir) {
  try {
    rmSync(venvDir, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    throw new SetupFailure(
      `The half-made environment ${venvDir} can't be removed: ${error.message}.`,
      'Close what uses it, delete the folder, then run the same command again.',
    );
  }
}

/** Whether the PyTorch that pip would install here needs CUDA's libraries; asks the index, downloads no package. */
async function offersCudaOnly(requirements, venvDir, pip) {
  if (process.platform !== 'linux') return false;
  const torch = readFileSync(requirements, 'utf8').match(/^torch==\S+/m)[0];
  const report = join(venvDir, 'torch.json');
  await pip(['install', '--dry-run', '--no-deps', '--report', report, torch], 'look PyTorch up');
  const { metadata } = JSON.parse(readFileSync(report, 'utf8')).install[0];
  return (metadata.requires_dist ?? []).some(name => /^(nvidia|cuda|triton)/.test(name));
}

const runPip = (venvPython, args, purpose) =>
  run(
    'pip',
    venvPython,
    [
      ...['-m', 'pip', ...args, '--disable-pip-version-check', '--no-input'],
      ...['--cache-dir', join(workDir, 'cache', 'pip'), '--retries', '2', '--timeout', '30'],
    ],
    purpose,
  );

/** Runs a command quietly; its failure becomes one cause and one remedy. */
async function run(label, command, args, purpose) {
  const { status, output } = await runQuietly(label, command, args, {
    env: { ...process.env, ...peersVariables },
  });
  if (status === 0) return;
  const common = commonFailure(output);
  if (common) throw common;
  // Offline, pip ends with "No matching distribution" too, after its complaints about the connection.
  const noBuild = output.match(/No matching distribution found for (\S+)/);
  if (saysUnreachable(output.replace(noBuild?.[0] ?? '', '')))
    throw new SetupFailure(
      "The Python package index can't be reached, so there is nothing to compare with.",
      'Connect to the network (or set the proxy: HTTPS_PROXY), then run the same command again.',
    );
  const reason = noBuild
    ? `the index has no ${noBuild[1]} for this Python and this machine`
    : (output.match(/ERROR: (.*)/)?.[1] ?? output.trim().split(/\r?\n/).at(-1));
  throw new SetupFailure(
    `Can't ${purpose}: ${reason.replace(/[.:]?$/, '.')}`,
    'See .pglab/setup.log for what it printed; Python 3.10 to 3.14 on Linux, Windows or a Mac with Apple silicon is needed.',
  );
}
