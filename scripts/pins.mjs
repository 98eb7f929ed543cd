/** `npm run pins [-- 3.14 3.15]`: whether every pinned Python package, the site's too, has a wheel everywhere; see setup/pins.py. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './setup/paths.mjs';
import { runMain } from './setup/report.mjs';
import { setUp } from './setup.mjs';

await runMain(async () => {
  const { python } = await setUp();
  const program = join(root, 'scripts', 'setup', 'pins.py');
  return spawnSync(python, [program, ...process.argv.slice(2)], { stdio: 'inherit' }).status;
});
