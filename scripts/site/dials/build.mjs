/** The dials' worker as one script, pglab inside. */

import { join } from 'node:path';
import { build } from 'esbuild';
import { IN_BROWSER } from '../../package.mjs';
import { root } from '../../setup/paths.mjs';

export const buildDials = outfile =>
  build({
    ...IN_BROWSER,
    absWorkingDir: root,
    entryPoints: [join('scripts', 'site', 'dials', 'worker.mjs')],
    outfile,
    alias: { pglab: join(root, 'lib', 'src', 'index.ts') },
    minify: true,
    format: 'iife',
    legalComments: 'none',
    logLevel: 'error',
  });
