/** Notebooks as files: which there are, and what their outputs hold. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/paths.mjs';

export const notebooksDir = join(root, 'notebooks');
export const PLOTLY = 'application/vnd.plotly.v1+json';
export const SVG = 'image/svg+xml';

/** The notebooks in order, or those whose names start with one of `wanted` ('01', '01-reinforce', ...). */
export function listNotebooks(wanted = [], folder = notebooksDir) {
  const all = readdirSync(folder)
    .filter(name => /^(?:\d.*|demo)\.ipynb$/.test(name))
    .sort();
  const unknown = wanted.find(prefix => !all.some(name => name.startsWith(prefix)));
  if (unknown !== undefined)
    throw new Error(`No notebook is named ${unknown}...; there are: ${all.join(', ') || 'none'}.`);
  return all
    .filter(name => wanted.length === 0 || wanted.some(prefix => name.startsWith(prefix)))
    .map(name => join(folder, name));
}

export const readNotebook = path => JSON.parse(readFileSync(path, 'utf8'));

/** Text that a notebook may hold as a list of lines. */
export const joined = text => (Array.isArray(text) ? text.join('') : text);

/** JSON with sorted keys: equal values give equal text. */
export const canonical = value =>
  JSON.stringify(value, (_, inner) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/** Every output that holds a plotly figure: { cell (from 1), output, figure, alt, key }; equal keys mean equal pictures. */
export function figuresOf(notebook) {
  return notebook.cells.flatMap((cell, i) =>
    (cell.outputs ?? [])
      .filter(output => output.data?.[PLOTLY])
      .map(output => {
        const figure = output.data[PLOTLY];
        const alt = output.metadata?.alt ?? '';
        return { cell: i + 1, output, figure, alt, key: canonical({ figure, alt }) };
      }),
  );
}
