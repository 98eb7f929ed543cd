/** What cells call, in a kernel and outside one. A stand-in for the kernel's loaded module records what is sent. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import Module from 'node:module';
import { join, sep } from 'node:path';
import { afterEach, test } from 'node:test';
import fc from 'fast-check';
import {
  checkCases,
  type Figure,
  inNotebook,
  lineChart,
  progress,
  progressOver,
  reveal,
  show,
  table,
} from 'pglab';

interface Sent {
  bundle: {
    data: Record<string, unknown>;
    metadata: Record<string, unknown>;
    transient: Record<string, unknown>;
  };
  update: boolean;
}

const kernelPath = join(sep, 'somewhere', 'tslab', 'dist', 'jupyter.js');
const leaveKernel = () => {
  delete require.cache[kernelPath];
};
afterEach(leaveKernel);

/** Puts a module where a running kernel's would be; returns what it is sent. */
function enterKernel(): Sent[] {
  const sent: Sent[] = [];
  const module = new Module(kernelPath);
  module.exports = {
    lastWriteDisplayData: (bundle: Sent['bundle'], update: boolean) => sent.push({ bundle, update }),
  };
  require.cache[kernelPath] = module;
  return sent;
}

/** What `run` prints. */
function printed(run: () => void): string {
  const { log } = console;
  const lines: string[] = [];
  console.log = (text: string) => lines.push(text);
  try {
    run();
  } finally {
    console.log = log;
  }
  return lines.join('\n');
}

const figure: Figure = lineChart(
  { 'a & b': { x: [1, 2], y: Float64Array.of(3, Number.NaN) } },
  { xTitle: 't', yTitle: 'G' },
);

test('show sends one bundle: the figure, its alternative text, and no picture', () => {
  const sent = enterKernel();
  show(figure);
  assert.equal(sent.length, 1);
  const { data, metadata, transient } = sent[0].bundle;
  assert.deepEqual(Object.keys(data), ['application/vnd.plotly.v1+json', 'text/plain']);
  assert.deepEqual(metadata, { alt: 'Chart of G against t (a & b).' });
  assert.deepEqual(transient, {});
  const plotly = data['application/vnd.plotly.v1+json'] as Figure;
  assert.deepEqual(JSON.parse(JSON.stringify(plotly)).data[0].y, [3, null]);
  assert.equal(data['text/plain'], 'Chart of G against t (a & b).\n[figure; points: a & b 2]');
});

test('a caption follows the figure, in Markdown', () => {
  const sent = enterKernel();
  show(figure, { alt: 'Rises.', caption: 'It rises as $t^2$.' });
  assert.equal(sent[0].bundle.metadata.alt, 'Rises.');
  assert.equal(sent[1].bundle.data['text/markdown'], '**Figure.** It rises as $t^2$.');
});

test('the same figure is sent as the same bytes', () => {
  const sent = enterKernel();
  show(figure);
  show(figure);
  assert.equal(JSON.stringify(sent[0]), JSON.stringify(sent[1]));
});

test('outside a kernel, show and table print their plain form', () => {
  assert.equal(inNotebook(), false);
  assert.match(
    printed(() => show(figure)),
    /^Chart of G against t \(a & b\)\.\n\[figure; points: a & b 2\]$/,
  );
  assert.equal(
    printed(() =>
      table([
        { name: 'x', value: 1.23456 },
        { name: 'long', value: -20 },
      ]),
    ),
    ['name  value', '----  -----', 'x     1.235', 'long    −20'].join('\n'),
  );
});

test('show refuses what is not a figure', () => {
  assert.throws(() => show({} as Figure), { name: 'TypeError', message: /figure.data is undefined/ });
});

test('a table escapes what it shows, aligns numbers right, and leaves missing values blank', () => {
  const sent = enterKernel();
  table([{ 'a<b': '<script>&"\'', n: 2 }, { n: null }], { caption: 'Two rows.' });
  const html = sent[0].bundle.data['text/html'] as string;
  assert.ok(!html.includes('<script>'));
  assert.match(html, /<th [^>]*text-align:left[^>]*>a&lt;b<\/th><th [^>]*text-align:right[^>]*>n<\/th>/);
  assert.match(html, />&lt;script&gt;&amp;&quot;&#39;<\/td>/);
  assert.match(html, /<td [^>]*><\/td><td [^>]*><\/td><\/tr>/);
  assert.equal(sent[1].bundle.data['text/plain'], 'Table. Two rows.');
});

test("no text gets out of a table's cell", () => {
  const sent = enterKernel();
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      sent.length = 0;
      table([{ [`c${text}`]: text }]);
      const html = sent[0].bundle.data['text/html'] as string;
      const tags = html.match(/<[^>]*>/g) ?? [];
      return tags.length === 14 && tags.every(tag => /^<\/?(table|thead|tbody|tr|th|td)\b/.test(tag));
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('numbers have the digits asked for', () => {
  const cells = (value: number, digits: number) => {
    const [, , row] = printed(() => table([{ v: value }], { digits })).split('\n');
    return row.trim();
  };
  assert.equal(cells(1234.5678, 2), '1235');
  assert.equal(cells(9.99996, 4), '10.00');
  assert.equal(cells(0.000012345, 3), '1.23e-5');
  assert.equal(cells(123456789, 3), '123456789');
  assert.equal(cells(Number.NaN, 3), 'NaN');
  assert.equal(cells(-Infinity, 3), '−∞');
  assert.equal(cells(-0.5, 3), '−0.500');
});

test('a DataFrame keeps its columns, and its index where that says something', () => {
  const text = (frame: { columns: string[]; index: (string | number)[]; values: unknown[] }) =>
    printed(() => table(frame));
  assert.equal(text({ columns: ['a'], index: [0, 1], values: [[1], [2]] }), 'a\n-\n1\n2');
  assert.equal(
    text({ columns: ['a'], index: ['mean', 'std'], values: [[1], [2]] }),
    '      a\n----  -\nmean  1\nstd   2',
  );
  assert.throws(() => table(5 as never), /data is 5, but must be a DataFrame or a list of records/);
  assert.throws(() => table([5] as never), /data\[0\] is 5/);
});

test('a long table shows its first rows and says how many more there are', () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({ i }));
  const text = printed(() => table(rows, { maxRows: 3 }));
  assert.equal(text.split('\n').length, 6);
  assert.match(text, /\.\.\. 57 more rows$/);
});

/** A progress display on a clock that the test moves. */
function staged(total: number) {
  const shown: { at: number; html: string; text: string }[] = [];
  const lines: string[] = [];
  const clock = { now: 0 };
  const bar = progress(
    { total, label: 'A <b>' },
    {
      now: () => clock.now,
      live: bundle => shown.push({ at: clock.now, html: bundle['text/html'], text: bundle['text/plain'] }),
      final: line => lines.push(line),
    },
  );
  return { bar, clock, shown, lines };
}

test('progress updates at most ten times a second, however often it is called', () => {
  const { bar, clock, shown } = staged(1000);
  for (let i = 0; i < 1000; i++) {
    clock.now = i * 5;
    bar.iteration({ iteration: i, meanReturn: i });
  }
  assert.equal(shown.length, 50);
  for (let k = 1; k < shown.length; k++) assert.ok(shown[k].at - shown[k - 1].at >= 100);
});

test('progress tells count, rate, time left and value', () => {
  const { bar, clock, shown } = staged(100);
  clock.now = 2000;
  bar.update(10, 3.5);
  assert.equal(shown[0].text, 'A <b>: 10 / 100 · 5 per second · 18 s left · mean return 3.500');
  assert.match(shown[0].html, /A &lt;b&gt;/);
  assert.match(shown[0].html, /width:10\.0%/);
  clock.now = 2200;
  bar.update(20, 7);
  assert.match(shown[1].html, /<polyline [^>]*points="2\.0,46\.0 458\.0,4\.0"/);
});

test('the final line holds no clock reading and comes once', () => {
  const lines = [0, 12345].map(time => {
    const run = staged(3);
    for (let i = 0; i < 3; i++) {
      run.clock.now += time;
      run.bar.iteration({ iteration: i, meanReturn: i / 3 });
    }
    run.bar.done();
    run.bar.done('again');
    run.bar.update(1);
    assert.equal(run.lines.length, 1);
    return run.lines[0];
  });
  assert.equal(lines[0], 'A <b>: 3 of 3 done, mean return 0.6667');
  assert.equal(lines[0], lines[1]);
});

test('the live curve keeps a bounded number of points', () => {
  const { bar, clock, shown } = staged(100_000);
  for (let i = 0; i < 100_000; i++) {
    clock.now += 1;
    bar.update(i + 1, i);
  }
  const points = /points="([^"]*)"/.exec(shown.at(-1)!.html)![1].split(' ');
  assert.ok(points.length > 50 && points.length <= 120, String(points.length));
});

test('in a kernel, progress replaces its own output, and in the end only the line is left', () => {
  const sent = enterKernel();
  const bar = progress({ total: 2, label: 'run' });
  bar.update(1, 5);
  bar.done('done');
  assert.deepEqual(
    sent.map(({ update }) => update),
    [false, true],
  );
  assert.ok(sent[0].bundle.transient.display_id);
  assert.deepEqual(sent[0].bundle.transient, sent[1].bundle.transient);
  assert.deepEqual(sent[1].bundle.data, { 'text/plain': 'done' });
});

test('progress refuses a total that is none and a row that is none', () => {
  assert.throws(() => progress({ total: 0 }), /options.total is 0, but must be a whole number of at least 1/);
  assert.throws(() => staged(3).bar.iteration({} as never), /row.iteration is missing/);
});

test('progressOver maps a list in order, one promise at a time, and ends with one line', async () => {
  let results: number[] = [];
  const line = printed(() => {
    results = progressOver([3, 4], 'squares', (x, i) => x * x + i);
  });
  assert.deepEqual(results, [9, 17]);
  assert.equal(line, 'squares: 2 of 2 done');
  const order: string[] = [];
  const slowFirst = progressOver([20, 1], 'slow', async (milliseconds, i) => {
    order.push(`begin ${i}`);
    await new Promise(resolve => setTimeout(resolve, milliseconds));
    order.push(`end ${i}`);
    return i;
  });
  assert.deepEqual(await slowFirst, [0, 1]);
  assert.deepEqual(order, ['begin 0', 'end 0', 'begin 1', 'end 1']);
});

test('checkCases tells what is not done, the first case that is wrong, or that all is right', () => {
  const cases: [[number, number], number][] = [
    [[1, 2], 3],
    [[2, 5], 7],
    [[0.1, 0.2], 0.3],
  ];
  const said = (plus: (a: number, b: number) => number | undefined) =>
    printed(() => checkCases(plus, cases, 'Right.'));
  assert.equal(
    said(function plus() {
      return Number.NaN;
    }),
    'Not done yet: plus returns NaN.',
  );
  assert.equal(
    said(function plus() {
      return undefined;
    }),
    'Not done yet: plus returns undefined.',
  );
  assert.equal(
    said(function plus(a, b) {
      return a === 2 ? a * b : a + b;
    }),
    'plus(2, 5): expected 7, but got 10.',
  );
  assert.equal(
    said((a, b) => a + b),
    'Right.',
  );
  const lists: [[number[]], number[]][] = [
    [[[2, 3]], [4, 6]],
    [[[]], []],
  ];
  const doubled = (f: (x: number[]) => number[]) => printed(() => checkCases(f, lists, 'Right.'));
  assert.equal(
    doubled(function twice() {
      return [];
    }),
    'Not done yet: twice returns an empty list.',
  );
  assert.equal(
    doubled(function twice(x) {
      return x.map(() => Number.NaN);
    }),
    'Not done yet: twice returns NaN.',
  );
  assert.equal(
    doubled(function twice(x) {
      return x.map(v => v + 2);
    }),
    'twice([2, 3]): expected [4, 6], but got [4, 5].',
  );
  assert.equal(
    doubled(x => x.map(v => 2 * v)),
    'Right.',
  );
  // An infinite answer is right, and a number where there is none is wrong.
  const infinite: [[number], number][] = [[[0], Number.POSITIVE_INFINITY]];
  assert.equal(
    printed(() => checkCases(x => 1 / x, infinite, 'Right.')),
    'Right.',
  );
});

test('reveal shows the answer, and the guess where there is one', () => {
  const said = (guess: number, answer: number) => printed(() => reveal('steps', guess, answer));
  assert.equal(said(Number.NaN, 12), 'steps: 12 (no guess yet)');
  assert.equal(said(24, 12), 'steps: 12 (your guess: 24, 2 times too large)');
  assert.equal(said(3, 12), 'steps: 12 (your guess: 3, 4 times too small)');
  assert.equal(said(0.12341, 0.1234), 'steps: 0.123 (your guess: 0.123, right)');
  assert.equal(said(-1, 12), 'steps: 12 (your guess: −1)');
  assert.equal(
    printed(() => reveal('which', '', 'the clip')),
    'which: the clip (no guess yet)',
  );
  assert.equal(
    printed(() => reveal('which', 'the clip', 'the clip')),
    'which: the clip (your guess: the clip, right)',
  );
  assert.throws(
    () => reveal('which', 1 as never, 'the clip'),
    /guess is 1 and answer "the clip", but they must be two numbers or two texts/,
  );
});

test('importing pglab loads no kernel, TensorFlow.js, danfojs or plotly', () => {
  const program =
    "require('pglab'); console.log(Object.keys(require.cache).filter(p => /tslab|tfjs|@tensorflow|danfojs|plotly/.test(p)).length)";
  assert.equal(
    execFileSync(process.execPath, ['-e', program], { cwd: __dirname, encoding: 'utf8' }).trim(),
    '0',
  );
});
