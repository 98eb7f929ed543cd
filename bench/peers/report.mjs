/** What the comparison prints: measurements in, lines of text out. */

/**
 * What one run told.
 * @typedef {{ steps: number, stepsPerSecond: number, coldSeconds: number, meanReturn: number }} Run
 * steps of the environments in all; how many a second, after the first iteration; seconds from the start of the process
 * until training had ended; the mean return of the evaluation
 */

const mean = x => x.reduce((sum, value) => sum + value, 0) / x.length;

export function median(x) {
  const sorted = [...x].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** 87214 -> '87,214', the same in every locale. */
const grouped = x =>
  Math.round(x)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
const times = x => `${x < 10 ? x.toFixed(1) : Math.round(x)}x`;

/** Rows of cells to lines; the first column is text, the others are aligned right. */
function columns(rows) {
  const widths = rows[0].map((_, k) => Math.max(...rows.map(row => row[k].length)));
  const line = row => row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k])));
  return rows.map(row => line(row).join('  ').trimEnd());
}

/**
 * The table of the comparison.
 * @param {{ title: string, ours: Run[], theirs: Run[] }[]} results one for each task
 */
export function comparison(results) {
  const head1 = ['', '', 'steps/s', '', '', 'cold start', '', '', 'return', ''];
  const head2 = ['', 'steps', 'pglab', 'SB3', 'ratio', 'pglab', 'SB3', 'ratio', 'pglab', 'SB3'];
  const rows = results.map(({ title, ours, theirs }) => {
    const speed = runs => median(runs.map(({ stepsPerSecond }) => stepsPerSecond));
    const cold = runs => median(runs.map(({ coldSeconds }) => coldSeconds));
    const score = runs => mean(runs.map(({ meanReturn }) => meanReturn)).toFixed(1);
    return [
      title,
      grouped(ours[0].steps),
      grouped(speed(ours)),
      grouped(speed(theirs)),
      times(speed(ours) / speed(theirs)),
      `${cold(ours).toFixed(2)} s`,
      `${cold(theirs).toFixed(2)} s`,
      times(cold(theirs) / cold(ours)),
      score(ours),
      score(theirs),
    ];
  });
  const [{ ours, theirs }] = results;
  return [
    ...columns([head1, head2, ...rows]),
    '',
    `steps/s: environment steps a second, training included, after the first iteration (in which both load and compile); median of ${count(ours)} and ${count(theirs)}.`,
    'cold start: from the start of the process, imports included, until all steps were trained; medians too.',
    'return: mean of 100 episodes with the most probable action, after training; mean over the runs, each with its own seed.',
  ].join('\n');
}

const count = runs => (runs.length === 1 ? '1 run' : `${runs.length} runs`);

/** Numbers of others that this command does not measure. */
export const elsewhere = `NOT measured in this run, but by hand on a quiet machine with two AMD EPYC cores (family 26), CartPole-v1 at CleanRL's
settings, 500k steps, training included:
  CleanRL, ppo.py, PyTorch 2.13.0, one thread                  10,400 steps/s  (48 s)
  Stable-Baselines3 2.9.2, PPO, two threads                     9,800 steps/s  (51 s)
  PureJaxRL, JAX 0.10.2, one thread                  224,000 to 244,000 steps/s  after 3 to 6.5 s of compiling: 7 to 12 s in all
  pglab, one thread, and two                         154,000 and 236,000 steps/s  3.4 and 2.3 s in all
Hold them against this run's numbers only by way of Stable-Baselines3, which is in both.`;
