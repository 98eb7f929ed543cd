/**
 * `npm run prove-mujoco`: holds the MuJoCo tasks against Gymnasium's own, run by the Python package of the same version of
 * MuJoCo, in a virtual environment of its own in .pglab/mujoco: every array of the compiled models, and episodes of 200
 * steps from random states under random and regular actions, by the rules of v5 and v4.
 *
 *   npm run prove-mujoco [-- --mujoco 4.0.0]     another version of the Python package, to see what differs then
 *   npm run prove-mujoco -- --mujoco 3.3.7 --geom-margin 0.0005     Hopper's contacts as older versions had them
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareEpisodes, compareModel, NAMES, SHORT } from './mujoco/parity.mjs';
import { root, windows, workDir } from './setup/paths.mjs';
import { commonFailure, runMain, runQuietly, SetupFailure, say } from './setup/report.mjs';
import { setUp } from './setup.mjs';

const SEEDS = [11, 12];
const TOLERANCE = 1e-12;

const given = name => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};

await runMain(async () => {
  const version = given('mujoco') ?? '3.14.0';
  const geomMargin = given('geom-margin');
  const { python } = await setUp();
  const folder = join(workDir, 'mujoco', version);
  const venvPython = windows ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
  const requirements = readFileSync(join(root, 'scripts', 'mujoco', 'requirements.txt'), 'utf8')
    .split(/\r?\n/)
    .filter(line => line && !line.startsWith('#'))
    .map(line => (line.startsWith('mujoco==') ? `mujoco==${version}` : line));
  const mark = join(folder, 'pglab-installed');
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== requirements.join('\n')) {
    say(`Installing Gymnasium and mujoco ${version} from the Python package index into .pglab/mujoco`);
    await must(python, ['-m', 'venv', '--clear', folder]);
    const cache = join(workDir, 'cache', 'pip');
    await must(venvPython, ['-m', 'pip', 'install', '--cache-dir', cache, ...requirements]);
    writeFileSync(mark, requirements.join('\n'));
  }

  const rows = [];
  for (const seed of SEEDS) {
    const results = join(folder, `seed-${seed}`);
    say(`Gymnasium's tasks on mujoco ${version}, seed ${seed}`);
    const program = join(root, 'data', 'mujoco-trajectories', 'make.py');
    const size = ['--episodes', '12', '--steps', '200'];
    await must(venvPython, [program, '--folder', results, '--seed', String(seed), ...size], folder);
    for (const name of NAMES) {
      const options = geomMargin && name.startsWith('Hopper') ? { geomMargin: Number(geomMargin) } : {};
      const model = compareModel(name, results, options);
      const run = compareEpisodes(name, results, options);
      const { episodes, steps, terminations, step, short, episode, reward, observation } = run;
      rows.push({
        task: name,
        seed,
        arrays: model.arrays,
        'model differs by': model.largest.toExponential(1),
        at: model.where,
        episodes,
        steps,
        terminated: terminations,
        'a step differs by': step.toExponential(1),
        'its reward': reward.toExponential(1),
        'float32 observation': observation.toExponential(1),
        [`${SHORT} steps on end`]: short.toExponential(1),
        'an episode': episode.toExponential(1),
        holds: [model.largest, step, reward].every(x => x < TOLERANCE) && observation < 1.2e-7,
      });
    }
  }
  console.log(`
pglab on the WebAssembly build of MuJoCo 3.14.0 against Gymnasium 1.4.0 on mujoco ${version} for Python.
Largest differences |ours - theirs| / max(1, |theirs|): of the compiled models; of each step from Gymnasium's own state, its
reward and observation. A row holds if these are below ${TOLERANCE}, and observations as near as float32 is. The last two
columns have no limit: the state after ${SHORT} steps on end and after whole episodes, where the last bits of a step grow by
as much as the motion is unstable; HalfCheetah, never terminated and full of contacts, is chaotic.`);
  console.table(rows);
  const failed = rows.filter(row => !row.holds);
  console.log(
    failed.length === 0 ? 'All of it holds.' : `${failed.length} of ${rows.length} rows do not hold.`,
  );
  return failed.length === 0 ? 0 : 1;
});

/** Runs a command to its end, or fails with the last line that it printed; MuJoCo leaves its log where it runs. */
async function must(command, args, cwd = root) {
  const { status, output } = await runQuietly(command.split(/[\\/]/).at(-1), command, args, { cwd });
  if (status === 0) return;
  throw (
    commonFailure(output) ??
    new SetupFailure(
      `${command} failed: ${output.trim().split('\n').at(-1)}`,
      'See .pglab/setup.log for all that it printed.',
    )
  );
}
