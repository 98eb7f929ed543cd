/** The counts of `npm run count`, its comparison of outputs, and the look of the committed pictures. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countCode, total } from '../../scripts/notebooks/count.mjs';
import {
  figuresOf,
  joined,
  listNotebooks,
  PLOTLY,
  readNotebook,
  SVG,
} from '../../scripts/notebooks/files.mjs';
import { changedContent } from '../../scripts/notebooks/outputs.mjs';
import { notebookOf } from './helpers.mjs';

test('blank lines do not count; a call of a chart makes a cell draw, its name alone does not', () => {
  const long = Array.from({ length: 21 }, (_, i) => `const x${i} = ${i};`).join('\n');
  const notebook = notebookOf(
    "import { show, table } from 'pglab';\n\nconst a = 1; // show(a)",
    'show(lineChart({}, {}));\nconst b = 2;',
    'const pi = policy.table();',
    long,
    `const text = '${'x'.repeat(82)}';`,
    `const text2 = '${'x'.repeat(79)}';`,
  );
  assert.deepEqual(countCode(notebook), { lines: 2 + 2 + 1 + 21 + 1 + 1, drawing: 2, long: 1, wide: 1 });
  assert.deepEqual(total([countCode(notebook), countCode(notebook)]).lines, 56);
});

const output = (kind, data) => ({ output_type: kind, metadata: {}, ...data });
const stream = text => output('stream', { name: 'stdout', text });
const figure = (y, style = {}) =>
  output('display_data', {
    data: {
      [PLOTLY]: {
        data: [{ type: 'scatter', x: [1, 2], y, ...style }],
        layout: { xaxis: { title: { text: 'x' } }, ...style },
      },
      'text/plain': 'a figure',
    },
  });

/** A notebook whose cells have these outputs. */
const withOutputs = (...cells) => {
  const notebook = notebookOf(...cells.map(() => 'cell'));
  cells.forEach((outputs, i) => {
    notebook.cells[i].outputs = outputs;
  });
  return notebook;
};

test('outputs may move to other cells and look different; a number that changed is lost and new', () => {
  const before = withOutputs([stream('a\nb\n'), figure([3, 4], { line: { color: '#000000' } })]);
  const split = withOutputs([stream('a\n')], [figure([3, 4])], [stream('b\nan answer\n')]);
  assert.deepEqual(changedContent(before, split), { lost: [], added: ['an answer'] });
  const wrong = withOutputs([stream('a\nb\n'), figure([3, 5])]);
  const { lost, added } = changedContent(before, wrong);
  assert.equal(lost.length, 1);
  assert.match(lost[0], /"y":\[3,4\]/);
  assert.equal(added.length, 1);
  const other = withOutputs([stream('a\nc\n'), figure([3, 4])]);
  assert.deepEqual(changedContent(before, other), { lost: ['b'], added: ['c'] });
});

test('the committed pictures have no ground of their own, and their text is grey or stands on a colour', () => {
  let pictures = 0;
  for (const path of listNotebooks())
    for (const { output: shown, cell } of figuresOf(readNotebook(path))) {
      const svg = joined(shown.data[SVG]);
      const heat = shown.data[PLOTLY].data.some(trace => trace.type === 'heatmap');
      assert.match(svg, /<rect x="0" y="0" [^>]*fill-opacity: 0;/, `${path}, cell ${cell}`);
      for (const [, fill] of svg.matchAll(/<text[^>]*style="[^"]*?fill: ([^;]+);/g))
        assert.ok(heat || fill === 'rgb(121, 121, 121)', `${path}, cell ${cell}: ${fill}`);
      pictures++;
    }
  assert.ok(pictures > 90);
});
