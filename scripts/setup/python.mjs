/** Python's side of set-up: .venv with the pinned JupyterLab, its plotly renderer and nbclient. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, venvDir, venvPython, windows, workDir } from './paths.mjs';
import { commonFailure, runQuietly, SetupFailure, say, saysUnreachable } from './report.mjs';

/** The Pythons for which every pin is known to have a wheel (npm run pins). */
const known = JSON.parse(readFileSync(join(root, 'jupyter', 'pythons.json'), 'utf8'));
const { oldest, newest, oldestOn } = known;
/** The oldest Python that can make the site, as [major, minor]. */
export const oldestForSite = known.oldestForSite.split('.').map(Number);
const REQUIREMENTS = ['requirements.txt', 'constraints.txt'].map(name => join(root, 'jupyter', name));
/** Set-up's mark in the .venv that it makes; a .venv without it is somebody else's and is left alone. */
const markFile = join(venvDir, 'pglab-setup.json');
/** What must be importable for the environment to count as whole. */
const MODULES = ['jupyterlab', 'nbclient', 'nbformat', 'plotly'];

/**
 * Makes .venv, or finds that it is whole.
 * @returns {Promise<string>} the Python to run Jupyter with: .venv's, or, where the package index can't be reached,
 *   that of a JupyterLab 4 on the PATH
 */
export async function makePythonEnvironment() {
  const stamp = REQUIREMENTS.reduce(
    (hash, file) => hash.update(readFileSync(file)),
    createHash('sha256'),
  ).digest('hex');
  const mark = readMark();
  if (mark?.installed === stamp && isWhole()) return venvPython;

  const isThere = existsSync(venvDir) && readdirSync(venvDir).length > 0;
  if (isThere && !mark)
    throw new SetupFailure(
      '.venv exists already, but it was not made by this set-up.',
      'Move it away or delete it, then run the same command again.',
    );
  if (isThere && !starts(venvPython)) {
    say('.venv is broken (its Python does not start): making it anew');
    removeBrokenEnvironment();
  }
  if (!starts(venvPython)) await makeVenv(findPython());

  say('Installing JupyterLab and what goes with it into .venv (a minute or two the first time)');
  const { status, output } = await runQuietly('pip', venvPython, [
    ...['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input'],
    ...['--cache-dir', join(workDir, 'cache', 'pip'), '--retries', '2', '--timeout', '30'],
    ...['-r', REQUIREMENTS[0], '-c', REQUIREMENTS[1]],
  ]);
  if (status !== 0) return fallBack(output);
  writeMark({ installed: stamp });
  return venvPython;
}

const starts = python => spawnSync(python, ['-c', 'import pip'], { stdio: 'ignore' }).status === 0;

function isWhole() {
  const program = `import importlib.util, sys; sys.exit(any(importlib.util.find_spec(m) is None for m in ${JSON.stringify(MODULES)}))`;
  return spawnSync(venvPython, ['-c', program], { stdio: 'ignore' }).status === 0;
}

function readMark() {
  try {
    return JSON.parse(readFileSync(markFile, 'utf8'));
  } catch {
    return undefined;
  }
}

const writeMark = mark => writeFileSync(markFile, `${JSON.stringify(mark)}\n`);

function removeBrokenEnvironment() {
  try {
    rmSync(venvDir, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    throw new SetupFailure(
      `The broken .venv can't be removed: ${error.message}.`,
      'Close what uses it (JupyterLab, an editor), delete the folder .venv, then run the same command again.',
    );
  }
}

async function makeVenv(python) {
  say(`Making .venv with Python ${python.version}`);
  // The mark comes first: a run that is cut off here leaves an environment that the next run knows as its own.
  mkdirSync(venvDir, { recursive: true });
  writeMark({ installed: null });
  const { status, output } = await runQuietly('venv', python.command, [
    ...python.args,
    '-m',
    'venv',
    venvDir,
  ]);
  if (status === 0 && starts(venvPython)) return;
  throw commonFailure(output) ?? noVenvModule(python.version);
}

const noVenvModule = version =>
  new SetupFailure(
    `Python ${version} has no working venv module.`,
    windows
      ? 'Install Python from python.org with its standard options, then run the same command again.'
      : 'Install it (on Debian and Ubuntu: sudo apt install python3-venv), then run the same command again.',
  );

/**
 * The Python of the PATH to make .venv with: the first for which every pin has a wheel and that has venv. Another, for which
 * something might have to be compiled, is passed over for such a one, if there is any.
 */
function findPython() {
  const [first, last] = [oldest, newest].map(version => Number(version.split('.')[1]));
  const minors = Array.from({ length: last + 3 - first }, (_, i) => first + i).toReversed();
  const names = windows
    ? [['py', '-3'], ...minors.map(minor => ['py', `-3.${minor}`]), ['python'], ['python3']]
    : ['python3', ...minors.map(minor => `python3.${minor}`), 'python'].map(name => [name]);
  const probe =
    'import sys, sysconfig, importlib.util as u; print("%d.%d.%d" % sys.version_info[:3], int(all(u.find_spec(m) for m in ("venv", "ensurepip"))), sysconfig.get_platform())';
  const found = [];
  for (const [command, ...args] of names) {
    const { status, stdout } = spawnSync(command, [...args, '-c', probe], { encoding: 'utf8' });
    if (status !== 0) continue;
    const [version, hasVenv, platform] = stdout.trim().split(' ');
    const python = { command, args, version, hasVenv: hasVenv === '1', from: oldestOn[platform] ?? oldest };
    found.push(python);
    if (isKnown(python) && python.hasVenv) break;
  }
  const usable = found.filter(python => compare(python, oldest) >= 0);
  const [other] = usable.filter(python => !isKnown(python) && python.hasVenv);
  const wheels = python => `the pinned packages are ready-made for Python ${python.from} to ${newest}`;
  const best = found.at(-1);
  if (best && isKnown(best) && best.hasVenv) {
    if (other) say(`Passing over Python ${other.version}: ${wheels(other)}.`);
    return best;
  }
  if (other) {
    say(`Trying Python ${other.version}, although ${wheels(other)}.`);
    return other;
  }
  if (usable.length > 0) throw noVenvModule(usable[0].version);
  if (found.length > 0)
    throw new SetupFailure(
      `Python ${found[0].version} is too old: JupyterLab needs Python ${oldest} or newer.`,
      'Install a newer Python (python.org or your package manager), then run the same command again.',
    );
  throw new SetupFailure(
    `No Python was found on the PATH: JupyterLab needs Python ${oldest} or newer.`,
    'Install Python (python.org or your package manager), then run the same command again.',
  );
}

/** How a Python's version stands to "major.minor": negative below, 0 the same, positive above. */
function compare({ version }, wanted) {
  const [major, minor] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number);
  return major - wantedMajor || minor - wantedMinor;
}

const isKnown = python => compare(python, python.from) >= 0 && compare(python, newest) <= 0;

/** pip failed: where the reason is the network, a JupyterLab 4 on the PATH will do. */
function fallBack(output) {
  const common = commonFailure(output);
  if (common) throw common;
  if (!saysUnreachable(output)) {
    const reason = output.match(/ERROR: (.*)/)?.[1] ?? 'pip gave no reason';
    throw new SetupFailure(
      `pip could not install JupyterLab: ${reason.replace(/[.:]?$/, '.')}`,
      'See .pglab/setup.log for what pip printed; deleting .venv and running the same command again often helps.',
    );
  }
  const found = jupyterLabOnPath();
  if (found) {
    say(
      `The Python package index can't be reached: using the JupyterLab ${found.version} that is on the PATH.`,
    );
    if (!found.plotly)
      say(
        'It has no plotly beside it, so figures show as still pictures (pip install plotly makes them live).',
      );
    return found.python;
  }
  throw new SetupFailure(
    "The Python package index can't be reached, and there is no JupyterLab 4 on the PATH to use instead.",
    'Connect to the network (or set the proxy: HTTPS_PROXY), then run the same command again.',
  );
}

/** The Python behind a JupyterLab 4 outside this checkout that also has nbclient. */
function jupyterLabOnPath() {
  const program =
    'import sys, importlib.util as u, jupyterlab, nbclient; print(sys.executable); print(jupyterlab.__version__); print(int(u.find_spec("plotly") is not None))';
  for (const command of windows ? ['python', 'py', 'python3'] : ['python3', 'python']) {
    const { status, stdout } = spawnSync(command, ['-c', program], { encoding: 'utf8' });
    if (status !== 0) continue;
    const [python, version, plotly] = stdout.trim().split(/\r?\n/);
    if (version.startsWith('4.')) return { python, version, plotly: plotly === '1' };
  }
  return undefined;
}
