/**
 * pglab's PPO against that of Stable-Baselines3 at equal settings, on this machine, run in turn.
 *
 *   npm run bench:peers [-- <task> ... --runs 3 --steps 100000 --threads 2 --cuda]
 *
 * Tasks are those of ./peers/settings.mjs, all by default. --runs: of pglab, one fewer of Stable-Baselines3 (at least 1);
 * --steps: of each run, instead of the task's own; --threads: of each side, 1 by default (pglab then has one thread for the
 * policy and one for the critic, PyTorch makes of two what it can); --cuda: see ./peers/environment.mjs. Every run is a process of its own.
 *
 * What is equal: networks, initial weights' distribution, environments, steps, epochs, minibatches, schedules, discounts,
 * clips, Adam. What is not: Stable-Baselines3 shortens the gradients of both networks together and normalises advantages
 * minibatch by minibatch; pglab does the first for each network and the second for the batch. The time of either is the same.
 */

import { spawn } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { runMain, SetupFailure, say } from '../scripts/setup/report.mjs';
import { setUp } from '../scripts/setup.mjs';
import { readArguments } from './peers/arguments.mjs';
import { makePeersEnvironment, peersVariables, threadVariables } from './peers/environment.mjs';
import { comparison, elsewhere } from './peers/report.mjs';
import { evaluation, tasks } from './peers/settings.mjs';

/** Runs a program of ./peers once, in a process of its own, and reads the lines that it prints. */
async function measure(command, program, settings) {
  const start = performance.now();
  const child = spawn(
    command,
    [fileURLToPath(new URL(`peers/${program}`, import.meta.url)), JSON.stringify(settings)],
    {
      env: { ...process.env, ...peersVariables, ...threadVariables(settings.threads) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const ended = new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  let complaints = '';
  child.stderr.on('data', text => {
    complaints += text;
  });
  const result = {};
  for await (const text of createInterface({ input: child.stdout })) {
    result.coldSeconds ??= (performance.now() - start) / 1000;
    Object.assign(result, JSON.parse(text));
  }
  if ((await ended) !== 0 || result.meanReturn === undefined)
    throw new SetupFailure(
      `${program} broke off: ${complaints.trim().split(/\r?\n/).at(-1) || 'it gave no reason'}`,
      'Where that is a package that is missing or broken: delete .pglab/peers and run the same command again.',
    );
  return result;
}

await runMain(async () => {
  const { names, runs, steps, threads, cuda } = readArguments(process.argv.slice(2));
  const { python } = await setUp();
  const peersPython = await makePeersEnvironment(python, { cuda });

  const load = () => loadavg()[0].toFixed(1);
  const loadBefore = load();
  const versions = {};
  const results = [];
  for (const name of names) {
    const task = { ...tasks[name] };
    // The first iteration is not timed, so there must be a second.
    if (steps) task.totalSteps = Math.max(steps, 2 * task.copies * task.stepsPerIteration);
    const result = { title: task.title, ours: [], theirs: [] };
    const once = async (label, list, command, program) => {
      const run = await measure(command, program, { task, threads, seed: list.length + 1, evaluation });
      Object.assign(versions, run.versions);
      list.push(run);
      say(
        `${task.title}, ${label}: ${Math.round(run.stepsPerSecond)} steps/s, ${run.steps} steps in ${run.coldSeconds.toFixed(2)} s from the start, then a return of ${run.meanReturn.toFixed(1)}`,
      );
    };
    for (let k = 0; k < runs; k++) {
      await once('pglab', result.ours, process.execPath, 'ours.mjs');
      if (k < Math.max(1, runs - 1)) await once('SB3', result.theirs, peersPython, 'theirs.py');
    }
    results.push(result);
  }
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  console.log(`
pglab against Stable-Baselines3 at equal settings, run in turn, ${threads === 1 ? 'one thread' : 'two threads'} each
${cpus().length} x ${cpus()[0].model.trim()}, load ${loadBefore} before and ${load()} after; ${software.join(', ')}

${comparison(results)}

${elsewhere}`);
});
