/**
 * `npm run site [-- folder]`: writes site/, the lecture as static pages: every executed notebook to read, with live figures; a page
 * of sliders that compute while they move (site/dials); the API reference; and the same notebooks to run (site/live.mjs). Any web
 * server shows it from any folder, and no page asks another machine for anything.
 *
 * The publisher is Sphinx with MyST-NB, which reads notebooks, and the theme Furo. It was chosen by trying: MyST's own site
 * (Jupyter Book 2) fetches its theme from a host of templates when it builds, and its links hold only for the folder that they
 * were built for; nbsphinx wants Pandoc installed beside it; nbconvert makes pages, but no contents and no search. Sphinx links
 * relatively and searches without a server. Of its themes, Furo is 0.4 MB where the book theme is 6.6, and leaves code of 96
 * characters its width. Equations are typeset when the pages are made, so that readers load no program for them.
 */

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { listNotebooks } from './notebooks/files.mjs';
import { root, workDir } from './setup/paths.mjs';
import { oldestForSite } from './setup/python.mjs';
import { runMain, say } from './setup/report.mjs';
import { makeEnvironment, must } from './setup/venv.mjs';
import { setUp } from './setup.mjs';
import { buildDials } from './site/dials/build.mjs';
import { makeLive } from './site/live.mjs';
import { writePages } from './site/pages.mjs';

const require = createRequire(import.meta.url);
const here = join(root, 'scripts', 'site');
/** What another command writes into the site and this one leaves there: the notebooks to run. */
const LIVE = 'live';

/**
 * Makes the reading pages.
 * @param {{ out: string, python: string, notebooks?: string[] }} options out: the folder; what it holds is replaced, but for
 *   live/; python: set-up's; notebooks: paths, all by default
 */
export async function makePages({ out, python, notebooks = listNotebooks() }) {
  const sphinx = await makeEnvironment({
    python,
    folder: join('site', 'venv'),
    what: 'Sphinx and MyST-NB',
    requirements: join(here, 'requirements.txt'),
    constraints: [join(root, 'jupyter', 'constraints.txt'), join(here, 'constraints.txt')],
    oldest: oldestForSite,
  });
  const folder = join(workDir, 'site', 'pages');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const live = existsSync(join(out, LIVE))
    ? name => `${LIVE}/lab/index.html?path=notebooks/${name}.ipynb`
    : () => undefined;
  writePages({ folder, notebooks, live });
  await writeStatic(join(folder, 'static'));
  const built = join(folder, 'html');
  const variables = {
    PGLAB_NODE: process.execPath,
    PGLAB_LIVE: live('demo') ?? '',
    PGLAB_STATIC: join(folder, 'static'),
    PGLAB_EXTRA: join(folder, 'extra'),
  };
  const args = ['-m', 'sphinx', '-W', '--keep-going', '-q', '-b', 'html', '-c', here];
  await must(sphinx, [...args, '-d', join(folder, 'doctrees'), join(folder, 'source'), built], {
    env: { ...process.env, ...variables },
  });
  for (const name of readdirSync(out))
    if (name !== LIVE) rmSync(join(out, name), { recursive: true, force: true });
  cpSync(built, out, { recursive: true, filter: path => !/[\\/](\.buildinfo|objects\.inv)$/.test(path) });
}

/** plotly.js, made small; figures.js, which nbconvert's template has, too; the dials' worker; style and fonts of equations. */
async function writeStatic(folder) {
  mkdirSync(join(folder, 'katex', 'fonts'), { recursive: true });
  const template = join(root, 'jupyter', 'nbconvert', 'templates', 'pglab');
  for (const name of ['figures.js', 'figures.css']) cpSync(join(template, name), join(folder, name));
  const kept = join(workDir, 'site', `plotly-${require('plotly.js-dist/package.json').version}.min.js`);
  if (!existsSync(kept))
    await build({
      entryPoints: [require.resolve('plotly.js-dist')],
      outfile: kept,
      minify: true,
      legalComments: 'inline',
      logLevel: 'error',
    });
  cpSync(kept, join(folder, 'plotly.min.js'));
  await buildDials(join(folder, 'dials-worker.js'));
  const katex = dirname(require.resolve('katex/dist/katex.min.css'));
  cpSync(join(katex, 'katex.min.css'), join(folder, 'katex', 'katex.min.css'));
  for (const font of readdirSync(join(katex, 'fonts')))
    if (font.endsWith('.woff2')) cpSync(join(katex, 'fonts', font), join(folder, 'katex', 'fonts', font));
}

/** The API reference, below the pages, with a way back to them. */
async function makeReference(out) {
  const folder = join(out, 'reference');
  await must(process.execPath, [join(root, 'scripts', 'reference.mjs'), folder]);
  for (const page of pagesOf(folder)) {
    const back = `${'../'.repeat(relative(folder, page).split(/[\\/]/).length)}index.html`;
    const text = readFileSync(page, 'utf8');
    const linked = text.replace(
      '<div id="tsd-toolbar-links">',
      `<div id="tsd-toolbar-links"><a href="${back}">The lecture</a>`,
    );
    if (linked === text) throw new Error(`${page} has no place for a link back to the pages.`);
    // Wide equations scroll: let keys reach them.
    writeFileSync(page, linked.replaceAll('class="katex-display"', 'class="katex-display" tabindex="0"'));
  }
}

const pagesOf = folder =>
  readdirSync(folder, { recursive: true })
    .filter(name => name.endsWith('.html'))
    .map(name => join(folder, name));

/** How many files a folder has, and how large they are together, in MB. */
export function sizeOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(file => file.isFile());
  const bytes = files.reduce(
    (sum, { parentPath, name }) => sum + readFileSync(join(parentPath, name)).length,
    0,
  );
  return { files: files.length, megabytes: bytes / 1e6 };
}

if (fileURLToPath(import.meta.url) === process.argv[1])
  await runMain(async () => {
    const out = resolve(process.argv[2] ?? join(root, 'site'));
    const { python } = await setUp();
    say('Making the live notebooks');
    await makeLive({ out: join(out, LIVE), python });
    say('Making the reading pages');
    await makePages({ out, python });
    say('Making the API reference');
    await makeReference(out);
    const { files, megabytes } = sizeOf(out);
    say(`${out}: ${files} files, ${megabytes.toFixed(1)} MB`);
    return 0;
  });
