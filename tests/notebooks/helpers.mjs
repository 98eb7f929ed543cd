/** Small notebooks made for a test, in a folder from which `pglab` can be imported. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workDir } from '../../scripts/setup/paths.mjs';

/** A notebook of code cells with these sources. */
export const notebookOf = (...sources) => ({
  cells: sources.map((source, i) => ({
    cell_type: 'code',
    execution_count: null,
    id: `cell-${i + 1}`,
    metadata: {},
    outputs: [],
    source,
  })),
  metadata: { kernelspec: { display_name: 'TypeScript', language: 'typescript', name: 'tslab' } },
  nbformat: 4,
  nbformat_minor: 5,
});

/** A folder for the test's files, inside the checkout; removed when the test ends. */
export function scratchFolder(t) {
  mkdirSync(workDir, { recursive: true });
  const folder = mkdtempSync(join(workDir, 'test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a notebook and returns its path. */
export function writeNotebook(folder, name, notebook) {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(notebook));
  return path;
}
