/** Other versions of Node than the one that runs, from npm, in .pglab/node. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './packages.mjs';
import { windows, workDir } from './paths.mjs';
import { SetupFailure, say } from './report.mjs';

/** The versions that pglab is tested with: the lines with long-term support, and 20, whose has ended. */
export const NODES = [20, 22, 24, 26];

/** The path of a Node of this major version: the one that runs, or one that is fetched (some 30 MB) and kept. */
export async function nodeOf(major) {
  if (Number(process.versions.node.split('.')[0]) === major) return process.execPath;
  const name = `node-${windows ? 'win' : process.platform}-${process.arch}`;
  const folder = join(workDir, 'node', String(major));
  const binary = join(folder, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node');
  if (!existsSync(binary)) {
    say(`Fetching Node ${major} (${name})`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
    const { status, output } = await npm(['install', '--no-audit', '--no-fund', `${name}@${major}`], {
      cwd: folder,
    });
    if (status !== 0 || !existsSync(binary))
      throw new SetupFailure(
        `npm has no Node ${major} for this machine: ${output.trim().split('\n').at(-1) || name}`,
        'Name other versions, or run the command with that Node itself.',
      );
  }
  return binary;
}

/** 'v26.12.0' */
export const versionOf = binary => spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout.trim();

/** '20,24' as numbers. */
export function readNodes(text = NODES.join(',')) {
  const nodes = text.split(',').map(Number);
  const bad = nodes.find(major => !NODES.includes(major));
  if (bad !== undefined)
    throw new SetupFailure(
      `--node is ${text}, but must be some of ${NODES.join(',')}.`,
      'For example: --node 20,24,26',
    );
  return nodes;
}
