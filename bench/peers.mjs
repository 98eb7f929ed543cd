/**
 * pglab's PPO against that of other libraries at equal settings, on this machine, run in turn.
 *
 *   npm run bench:peers [-- <task> ... --runs 5 --steps 100000 --threads 2 --cuda]
 *
 * Tasks are those of ./peers/settings.mjs, all by default; each names its peer, one of ./peers/peers.mjs. --runs: of either
 * side, 5 by default (for Stable-Baselines3, which is slow, 3 of pglab and 2 of its own); --steps: of each run, instead of the
 * task's own; --threads: of either side, instead of the task's own (pglab has one thread for the policy and one for the
 * critic, the others make of two what they can); --cuda: see ./peers/environment.mjs. Every run is a process of its own.
 *
 * What is equal: networks, initial weights' distribution, environments, steps, epochs, minibatches, schedules, discounts,
 * clips, Adam. What is not: Stable-Baselines3 shortens the gradients of both networks together and normalises advantages
 * minibatch by minibatch, as rejax and RLtools do; pglab does the first for each network and the second for the batch. The
 * time of either is the same.
 */

import { spawn } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { runMain, SetupFailure, say } from '../scripts/setup/report.mjs';
import { setUp } from '../scripts/setup.mjs';
import { readArguments } from './peers/arguments.mjs';
import { hasCompiler, makePeersEnvironment, peersVariables, threadVariables } from './peers/environment.mjs';
import { peers } from './peers/peers.mjs';
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

/** The Python of each peer that some tasks need; those that cannot be had here are named in a line, and left out. */
async function environmentsFor(names, options) {
  const { python } = await setUp();
  const pythons = {};
  for (const key of new Set(names.map(name => tasks[name].peer))) {
    const { name, compiler } = peers[key];
    if (compiler && !hasCompiler())
      say(`There is no C++ compiler (c++, g++ or clang++), so ${name} is left out.`);
    else
      try {
        pythons[key] = await makePeersEnvironment(python, key, options);
      } catch (error) {
        if (!(error instanceof SetupFailure) || new Set(names.map(name => tasks[name].peer)).size === 1)
          throw error;
        say(`${error.message} So ${name} is left out.`);
      }
  }
  return pythons;
}

await runMain(async () => {
  const { names, runs, steps, threads: asked, cuda } = readArguments(process.argv.slice(2));
  const pythons = await environmentsFor(names, { cuda });

  const load = () => loadavg()[0].toFixed(1);
  const loadBefore = load();
  const versions = {};
  const results = [];
  for (const name of names.filter(name => pythons[tasks[name].peer])) {
    const { peer: key, threads: own = [1], ...task } = tasks[name];
    const peer = peers[key];
    const ourRuns = runs ?? (peer.slow ? 3 : 5);
    const theirRuns = peer.slow ? Math.max(1, ourRuns - 1) : ourRuns;
    // The first iteration is not timed, so there must be a second.
    if (steps) task.totalSteps = Math.max(steps, 2 * task.copies * task.stepsPerIteration);
    for (const threads of asked ? [asked] : own) {
      const title = threads === 1 ? task.title : `${task.title}, ${threads} threads`;
      const result = { title, peer: peer.short, ours: [], theirs: [] };
      const once = async (label, list, command, program) => {
        const run = await measure(command, program, { task, threads, seed: list.length + 1, evaluation });
        Object.assign(versions, run.versions);
        list.push(run);
        say(
          `${title}, ${label}: ${Math.round(run.stepsPerSecond)} steps/s, ${run.steps} steps in ${run.coldSeconds.toFixed(2)} s from the start${run.meanReturn === null ? '' : `, then a return of ${run.meanReturn.toFixed(1)}`}`,
        );
      };
      if (peer.compiler) await measure(pythons[key], peer.program, { task, threads, seed: 0, evaluation });
      for (let k = 0; k < ourRuns; k++) {
        await once('pglab', result.ours, process.execPath, 'ours.mjs');
        if (k < theirRuns) await once(peer.short, result.theirs, pythons[key], peer.program);
      }
      results.push(result);
    }
  }
  if (results.length === 0) return 1;
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  console.log(`
pglab against its peers at equal settings, run in turn
${cpus().length} x ${cpus()[0].model.trim()}, load ${loadBefore} before and ${load()} after; ${software.join(', ')}

${comparison(results)}

${elsewhere}`);
});
