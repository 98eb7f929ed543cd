/**
 * What the outputs of a notebook say, apart from where they stand and how they look: texts, tables, animations, and the
 * data of figures without colours, sizes and margins. So a cell may be split, or a figure drawn in another style, and a
 * comparison still shows whether a number changed.
 */

import { canonical, joined, PLOTLY, SVG } from './files.mjs';

/** The parts of a trace that are its data. */
const DATA = ['type', 'name', 'x', 'y', 'z', 'text', 'customdata', 'visible', 'width'];
const ends = bars => bars && { array: bars.array, arrayminus: bars.arrayminus };

function dataOf({ data, layout }) {
  const traces = data.map(trace => ({
    ...Object.fromEntries(DATA.map(key => [key, trace[key]])),
    width: Array.isArray(trace.x) && trace.type === 'bar' ? trace.width : undefined,
    errors: [ends(trace.error_x), ends(trace.error_y)],
  }));
  const axes = Object.keys(layout).filter(key => /^[xy]axis\d*$/.test(key));
  const titles = axes.map(key => [key, layout[key].title?.text, layout[key].type]);
  const steps = layout.sliders?.map(slider => [slider.active, slider.steps.map(step => step.label)]);
  return canonical({ traces, titles, steps, headings: layout.annotations?.map(note => note.text) });
}

/** The outputs in order, as texts: each line of a stream is one, and so are a figure's data and a table. */
export function contentOf(notebook) {
  return notebook.cells.flatMap(cell =>
    (cell.outputs ?? []).flatMap(output => {
      if (output.output_type === 'stream') return joined(output.text).split('\n').filter(Boolean);
      const figure = output.data?.[PLOTLY];
      if (figure) return [`${joined(output.data['text/plain'])}\n${dataOf(figure)}`];
      const { [SVG]: picture, 'text/html': html, 'text/plain': text } = output.data ?? {};
      return [joined(picture ?? html ?? text ?? canonical(output))];
    }),
  );
}

/**
 * What of `before` is not in `after`, and what is new there, in order of appearance.
 * @returns {{ lost: string[], added: string[] }}
 */
export function changedContent(before, after) {
  const [old, now] = [contentOf(before), contentOf(after)];
  const left = new Map();
  for (const part of now) left.set(part, (left.get(part) ?? 0) + 1);
  const lost = old.filter(part => {
    const count = left.get(part) ?? 0;
    if (count > 0) left.set(part, count - 1);
    return count === 0;
  });
  const added = now.filter(part => {
    const count = left.get(part) ?? 0;
    if (count > 0) left.set(part, count - 1);
    return count > 0;
  });
  return { lost, added };
}
