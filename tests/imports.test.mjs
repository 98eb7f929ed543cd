/** Which way the imports of lib/src point, by the rules of .dependency-cruiser.cjs; and that the rules would notice. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { cruise } from 'dependency-cruiser';
import { root, workDir } from '../scripts/setup/paths.mjs';

const { options, ...ruleSet } = createRequire(import.meta.url)('../.dependency-cruiser.cjs');

/** The imports of lib/src below `baseDir` that break a rule, as sentences, and how many modules there are. */
async function cruised(baseDir) {
  const { output } = await cruise(['lib/src'], { ...options, baseDir, validate: true, ruleSet });
  const { violations, totalCruised } = output.summary;
  return { broken: violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`), totalCruised };
}

test('imports point one way, and no files import each other', async () => {
  const { broken, totalCruised } = await cruised(root);
  assert.ok(totalCruised > 150, `${totalCruised} modules`);
  assert.deepEqual(broken, []);
});

test('a circle, an import from a later layer, a folder without a place and a stray tensor are noticed', async () => {
  mkdirSync(workDir, { recursive: true });
  const folder = mkdtempSync(join(workDir, 'imports-'));
  const files = {
    'math/rng': "import '../algorithms/ppo';",
    'algorithms/ppo': "import type { Tensor } from '../networks/tf/types';\nexport type Loss = Tensor;",
    'networks/network': "import './optimizers';",
    'networks/optimizers': "import type { N } from './network';\nexport type O = N;",
    'networks/tf/types': 'export type Tensor = number;',
    'cellar/door': "import '../math/rng';",
  };
  try {
    for (const [name, code] of Object.entries(files)) {
      const file = join(folder, 'lib', 'src', `${name}.ts`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${code}\n`);
    }
    const { broken } = await cruised(folder);
    assert.deepEqual(
      broken.map(sentence => sentence.replaceAll('lib/src/', '').replaceAll('.ts', '')).sort(),
      [
        'math-below: math/rng -> algorithms/ppo',
        'no-circle: networks/network -> networks/optimizers',
        'no-unknown-layer: cellar/door -> math/rng',
        'tensors: algorithms/ppo -> networks/tf/types',
      ],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
