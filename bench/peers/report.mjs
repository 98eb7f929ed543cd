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
const times = x => `${x < 10 ? x.toFixed(2) : x.toFixed(0)}x`;

/** Rows of cells to lines; the first column is text, the others are aligned right. */
function columns(rows) {
  const widths = rows[0].map((_, k) => Math.max(...rows.map(row => row[k].length)));
  const line = row => row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k])));
  return rows.map(row => line(row).join('  ').trimEnd());
}

/**
 * The table of the comparison. Ratios are of runs in turn, the k-th of either side; where one side made fewer runs, its last
 * one stands for those.
 * @param {{ title: string, peer: string, ours: Run[], theirs: Run[] }[]} results one for each task
 */
export function comparison(results) {
  const head1 = ['', '', '', 'steps/s', '', 'ratio', 'cold start', '', 'ratio', 'return', ''];
  const head2 = [
    '',
    'peer',
    'steps',
    'pglab',
    'peer',
    'min median max',
    'pglab',
    'peer',
    'min median max',
    'pglab',
    'peer',
  ];
  const rows = results.map(({ title, peer, ours, theirs }) => {
    const speed = runs => runs.map(({ stepsPerSecond }) => stepsPerSecond);
    const cold = runs => runs.map(({ coldSeconds }) => coldSeconds);
    const score = runs =>
      runs[0].meanReturn === null ? '-' : mean(runs.map(({ meanReturn }) => meanReturn)).toFixed(1);
    return [
      title,
      peer,
      grouped(ours[0].steps),
      grouped(median(speed(ours))),
      grouped(median(speed(theirs))),
      spread(ratios(speed(ours), speed(theirs))),
      `${median(cold(ours)).toFixed(2)} s`,
      `${median(cold(theirs)).toFixed(2)} s`,
      spread(ratios(cold(theirs), cold(ours))),
      score(ours),
      score(theirs),
    ];
  });
  const runs = [...new Set(results.map(({ ours, theirs }) => `${count(ours)} and ${count(theirs)}`))].join(
    '; ',
  );
  return [
    ...columns([head1, head2, ...rows]),
    '',
    `Medians of pglab's runs and the peer's, ${runs}; ratios above 1 say that pglab is faster, run by run.`,
    'steps/s: environment steps a second, training included, after the first iteration, or after compiling where a peer does that apart.',
    'cold start: from the start of the process, imports and what JAX compiles included, until all steps were trained (RLtools is compiled before).',
    'return: mean of 100 episodes with the most probable action (rejax: drawn ones), after training; mean over the runs, each of its own seed.',
  ].join('\n');
}

/** a_k / b_k for each k. */
function ratios(a, b) {
  const n = Math.max(a.length, b.length);
  return Array.from({ length: n }, (_, k) => a[Math.min(k, a.length - 1)] / b[Math.min(k, b.length - 1)]);
}

const spread = x => [Math.min(...x), median(x), Math.max(...x)].map(times).join(' ');

const count = runs => (runs.length === 1 ? '1 run' : `${runs.length} runs`);

/** Numbers of others that this command does not measure. */
export const elsewhere = `NOT measured in this run, but by hand on a quiet machine with two AMD EPYC cores (family 26), CartPole-v1 at CleanRL's
settings, 500k steps, training included:
  CleanRL, ppo.py, PyTorch 2.13.0, one thread                  10,400 steps/s  (48 s)
  Stable-Baselines3 2.9.2, PPO, two threads                     9,800 steps/s  (51 s)
  PureJaxRL, JAX 0.10.2, one thread                  224,000 to 244,000 steps/s  after 3 to 6.5 s of compiling: 7 to 12 s in all
Hold them against this run's numbers only by way of Stable-Baselines3, which is in both.`;
