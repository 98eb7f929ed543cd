/**
 * How much of the notebooks is code, and how much of that code draws.
 *
 * A cell draws if it calls `show`, `table`, `animate` or a function that makes a chart, or says itself how an object is shown. Lines are those that are not blank.
 */

import { joined } from './files.mjs';

export const MOST_LINES = 20;
export const MOST_CHARACTERS = 96;

const DRAWS =
  /(?<![.\w])(?:show|table|animate|animation|barChart|forestChart|heatmapChart|heatmapGrid|histogramChart|landscapeChart|learningCurves|lineChart|overlay|panels|scatterChart|slider|themed|withSlider)\(|Jupyter\.display/;

/** The code of a cell without its imports and comments, in which a name with a bracket behind it is a call. */
const calls = source => source.replace(/^import\b[^;]*;$/gm, '').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

/**
 * @returns {{ lines: number, drawing: number, long: number, wide: number }} lines of code; those in cells that draw; cells
 *   of more than 20 lines; lines of more than 96 characters
 */
export function countCode(notebook) {
  const count = { lines: 0, drawing: 0, long: 0, wide: 0 };
  for (const cell of notebook.cells) {
    if (cell.cell_type !== 'code') continue;
    const source = joined(cell.source);
    const lines = source.split(/\r?\n/).filter(line => line.trim() !== '');
    count.lines += lines.length;
    if (DRAWS.test(calls(source))) count.drawing += lines.length;
    if (lines.length > MOST_LINES) count.long++;
    count.wide += lines.filter(line => line.length > MOST_CHARACTERS).length;
  }
  return count;
}

/** The sums over several notebooks. */
export const total = counts =>
  counts.reduce((sum, count) =>
    Object.fromEntries(Object.keys(sum).map(key => [key, sum[key] + count[key]])),
  );
