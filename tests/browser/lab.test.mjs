/** What a newcomer sees: JupyterLab opens clean, Run All fills the first notebook with live figures. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/setup/paths.mjs';
import { browserPath, runAll, startLab } from './lab.mjs';

const NOTEBOOK = '00-start-here.ipynb';
const skip = browserPath ? false : 'no Chromium, Chrome or Edge was found';

test('Run All in JupyterLab shows the first notebook, live and without a warning', { skip }, async () => {
  const lab = await startLab();
  try {
    const { page, errors } = await lab.open(NOTEBOOK);
    await runAll(page);

    const { cells } = JSON.parse(readFileSync(join(root, 'notebooks', NOTEBOOK), 'utf8'));
    const withFigure = [...cells.keys()].filter(i =>
      cells[i].outputs?.some(output => output.data?.['application/vnd.plotly.v1+json']),
    );
    assert.ok(withFigure.length >= 3);
    for (const i of withFigure)
      await page
        .locator('.jp-Notebook .jp-Cell')
        .nth(i)
        .locator('.js-plotly-plot .main-svg .trace')
        .first()
        .waitFor();

    assert.equal(
      await page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]').count(),
      0,
    );
    assert.equal(
      await page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]').count(),
      0,
    );
    assert.equal(await page.locator('.jp-Dialog').count(), 0, 'no dialog stands open');
    assert.equal(await page.locator('.Toastify__toast').count(), 0, 'no news, no notification');
    assert.match(await page.locator('.jp-KernelName').first().innerText(), /^TypeScript/);
    assert.deepEqual(errors, []);
    assert.doesNotMatch(lab.log(), /\[[WE] /);
  } finally {
    await lab.close();
  }
});
