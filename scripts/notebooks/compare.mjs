/**
 * Executes a notebook into a temporary copy and holds its outputs against those in the file. Pictures of figures are
 * left out (fonts differ between machines), the figures' data are not.
 */

import { basename } from 'node:path';
import { canonical, joined, PLOTLY, readNotebook, SVG } from './files.mjs';

/**
 * @param worker of startWorker()
 * @returns {Promise<{ seconds: number, difference: string | null }>} the first difference, in words; null for none
 */
export async function executeAndCompare(worker, path, options) {
  const { path: executed, seconds } = await worker.execute(path, options);
  return { seconds, difference: firstDifference(readNotebook(path), readNotebook(executed), basename(path)) };
}

/** The first difference between the outputs of two notebooks of the same source, in words; null where there is none. */
export const firstDifference = (committed, executed, name) =>
  differences(committed, executed, name).next().value ?? null;

/** All of them: the first in each output. */
export function* differences(committed, executed, name = 'notebook') {
  for (let i = 0; i < Math.max(committed.cells.length, executed.cells.length); i++) {
    const [old, now] = [committed.cells[i], executed.cells[i]];
    const where = `${name}, cell ${i + 1}`;
    if (!old || !now) {
      yield `${name} has ${committed.cells.length} cells, executed ${executed.cells.length}.`;
      return;
    }
    if (old.cell_type !== 'code') continue;
    if (old.execution_count !== now.execution_count)
      yield `${where}: committed with execution count ${old.execution_count}, executed as ${now.execution_count}.`;
    const count = Math.max(old.outputs.length, now.outputs.length);
    for (let k = 0; k < count; k++) {
      const difference = differenceOf(old.outputs[k], now.outputs[k]);
      if (difference) yield `${where}, output ${k + 1} of ${count} ${difference}`;
    }
  }
}

function differenceOf(committed, executed) {
  if (!committed) return `is new: ${summary(executed)}.`;
  if (!executed) return `is missing: committed as ${summary(committed)}.`;
  const [was, is] = [comparable(committed), comparable(executed)];
  const key = [...new Set([...Object.keys(was), ...Object.keys(is)])].find(part => was[part] !== is[part]);
  return key && `differs in ${key}: ${excerpt(was[key], is[key])}`;
}

/** An output as flat text by part. */
function comparable(output) {
  const parts = { kind: output.output_type };
  if (output.output_type === 'stream') parts[output.name] = joined(output.text);
  for (const [type, content] of Object.entries(output.data ?? {}))
    if (!(type === SVG && output.data[PLOTLY]))
      parts[type] =
        typeof content === 'object' && !Array.isArray(content) ? canonical(content) : joined(content);
  if (output.metadata) parts.metadata = canonical(output.metadata);
  if (output.output_type === 'error') parts.error = `${output.ename}: ${output.evalue}`;
  return parts;
}

const summary = output =>
  output.output_type === 'stream'
    ? `${output.name} "${joined(output.text).slice(0, 80)}"`
    : `${output.output_type} of ${Object.keys(output.data ?? {}).join(', ') || output.ename}`;

/** Both texts around the first place in which they differ. */
function excerpt(was, is) {
  if (was === undefined) return `it was not committed, now it is "${is.slice(0, 80)}".`;
  if (is === undefined) return `committed as "${was.slice(0, 80)}", now it is not there.`;
  let at = 0;
  while (at < was.length && was[at] === is[at]) at++;
  const from = Math.max(0, at - 30);
  const part = text => JSON.stringify(`${from > 0 ? '…' : ''}${text.slice(from, at + 60)}`);
  return `at character ${at}, committed ${part(was)}, executed ${part(is)}.`;
}
