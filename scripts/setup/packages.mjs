/** npm's side of set-up: the packages of the lock file, and the compiled library. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, workDir } from './paths.mjs';
import { commonFailure, runQuietly, SetupFailure, say, saysUnreachable } from './report.mjs';

const OLDEST_NODE = 20;

export function checkNode(version = process.versions.node) {
  if (Number(version.split('.')[0]) < OLDEST_NODE)
    throw new SetupFailure(
      `Node ${version} is too old: pglab needs Node ${OLDEST_NODE}, 22, 24 or 26.`,
      'Install a current Node with long-term support from your system or nodejs.org, then run the same command again.',
    );
}

/** A line for whom it concerns: Node 20 gets no more repairs, though everything here runs on it. */
export function warnOfOldNode(version = process.versions.node, tell = say) {
  if (version.startsWith('20.'))
    tell(`Node ${version} has ended its life, but works; for a new installation take Node 22, 24 or 26`);
}

/** Installs what the lock file names, unless that was done and finished for this lock file. */
export async function installPackages() {
  const stampFile = join(root, 'node_modules', '.pglab-installed');
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  // Native modules differ between platforms; between versions of Node they do not (all of them use Node-API).
  hash.update([process.platform, process.arch].join(' '));
  const stamp = hash.digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;

  say('Installing the npm packages of the lock file (about a minute the first time)');
  const { status, output } = await npm(['ci', '--no-audit', '--no-fund']);
  if (status !== 0) throw npmFailure(output);
  writeFileSync(stampFile, stamp);
}

/** Runs npm; see runQuietly for the options and what it resolves to. */
export function npm(args, options) {
  const cache = ['--cache', join(workDir, 'cache', 'npm')];
  const npmScript = process.env.npm_execpath;
  if (npmScript && /\.c?js$/.test(npmScript))
    return runQuietly('npm', process.execPath, [npmScript, ...args, ...cache], options);
  const beside = join(process.execPath, '..', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  if (existsSync(beside)) return runQuietly('npm', process.execPath, [beside, ...args, ...cache], options);
  return runQuietly('npm', 'npm', [...args, ...cache], options);
}

function npmFailure(output) {
  const common = commonFailure(output);
  if (common) return common;
  if (saysUnreachable(output))
    return new SetupFailure(
      "npm's package index can't be reached, so the packages can't be installed.",
      'Connect to the network (or set the proxy: npm config set proxy ...), then run the same command again.',
    );
  const reason = output.match(/npm (?:error|ERR!) (?!code)(.*)/)?.[1] ?? 'npm gave no reason';
  return new SetupFailure(
    `npm could not install the packages: ${reason.replace(/[.:]?$/, '.')}`,
    'See .pglab/setup.log for what npm printed; deleting node_modules and running the same command again often helps.',
  );
}

/** Compiles the library (and its tests when asked); quick where nothing changed. */
export function buildLibrary({ tests = false } = {}) {
  const { status, stdout, error } = spawnSync(
    process.execPath,
    [join(root, 'scripts', 'build.mjs'), tests ? 'lib/test' : 'lib'],
    { cwd: root, encoding: 'utf8' },
  );
  if (status === 0) return;
  process.stdout.write(stdout ?? '');
  throw (
    commonFailure(`${stdout}${error ?? ''}`) ??
    new SetupFailure(
      'The library does not compile; the compiler says where above.',
      'Mend the lines that it names (git diff shows what was changed), then run the same command again.',
    )
  );
}
