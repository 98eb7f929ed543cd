/**
 * `node scripts/site/live.mjs [folder]`, a part of `npm run site`: writes site/live, JupyterLab in a browser with all notebooks,
 * their data and a TypeScript kernel, as static files that any web server shows from any folder.
 *
 * JupyterLite (jupyterlite-core) gives JupyterLab and whatever of a Jupyter server can be had without one. It is told of three
 * things:
 * - The kernel: jupyter/live, bundled into an extension by scripts/site/live/packages.mjs.
 * - The files: notebooks/, data/ and what else cells read, as they lie in the checkout, so that a cell's '../data/...' holds.
 *   Their lists, which JupyterLite would take from a Jupyter server while it builds, are written here: without dates, so that
 *   the same sources give the same bytes.
 * - plotly's renderer, the extension that set-up installs in .venv, with plotly.js inside.
 */

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { joined, readNotebook } from '../notebooks/files.mjs';
import { root, venvDir, workDir } from '../setup/paths.mjs';
import { oldestForSite } from '../setup/python.mjs';
import { runMain, SetupFailure, say } from '../setup/report.mjs';
import { makeEnvironment, must } from '../setup/venv.mjs';
import { setUp } from '../setup.mjs';
import { buildKernel } from './live/packages.mjs';

const NAME = '@pglab/live-kernel';
const here = join(root, 'scripts', 'site', 'live');

/** What the live page has of the checkout: folders, without what students and instructors make. */
const FILES = [
  ['notebooks', name => !/^homework\/(?!$|starter|README)/.test(name)],
  ['data', () => true],
  ['lib/src/algorithms', name => /^(?:ppo|vanillaPolicyGradient)\.ts$/.test(name)], // notebook 10 reads them
];

/** The application's settings; the rest is JupyterLab's. */
const CONFIG = {
  appName: 'Policy gradients, executed',
  contentsAllJsonFile: 'all.json',
  defaultKernelName: 'tslab',
  exposeAppInBrowser: true, // as window.jupyterapp, for scripts/site/live/check.mjs
  disabledExtensions: ['@jupyterlite/notebook-application-extension'],
};

const SETTINGS = {
  '@jupyterlab/apputils-extension:themes': { 'adaptive-theme': true },
  // Only cells near the window are drawn: a notebook opens in two thirds of the time.
  '@jupyterlab/notebook-extension:tracker': { kernelShutdown: true, windowingMode: 'full' },
};

/** Writes the live notebooks to a folder, anew; `python` is set-up's. */
export async function makeLive({ out, python }) {
  const lite = await makeEnvironment({
    python,
    folder: join('site', 'lite'),
    what: 'JupyterLite',
    requirements: join(here, 'requirements.txt'),
    oldest: oldestForSite,
  });
  const work = join(workDir, 'site', 'live');
  rmSync(work, { recursive: true, force: true });
  const { files, extension } = await makeParts(work);

  const app = join(work, 'app');
  mkdirSync(app, { recursive: true });
  writeJson(join(app, 'overrides.json'), SETTINGS);
  writeJson(join(app, 'jupyter_lite_config.json'), {
    LiteBuildConfig: {
      apps: ['lab'],
      federated_extensions: [extension, plotlyRenderer()],
      ignore_sys_prefix: ['federated_extensions'],
      no_sourcemaps: true,
      no_unused_shared_packages: true,
      settings_overrides: ['overrides.json'],
    },
  });
  writeJson(join(app, 'jupyter-lite.json'), {
    'jupyter-lite-schema-version': 0,
    'jupyter-config-data': CONFIG,
  });
  const built = join(work, 'built');
  await must(lite, ['-m', 'jupyterlite_core', 'build', '--lite-dir', app, '--output-dir', built], {
    cwd: app,
  });

  // Without a link a browser looks for its icon at the top of the host, outside of the site.
  const page = join(built, 'lab', 'index.html');
  const icon = '<link rel="icon" type="image/x-icon" href="./favicon.ico" />';
  writeFileSync(page, readFileSync(page, 'utf8').replace('</head>', `  ${icon}\n  </head>`));
  cpSync(files, join(built, 'files'), { recursive: true });
  writeLists(files, join(built, 'api', 'contents'));
  rmSync(out, { recursive: true, force: true });
  cpSync(built, out, { recursive: true });
}

/** What JupyterLite is told of, in a folder: files/ and extension/, which has the kernel at static/kernel/worker.js. */
export async function makeParts(work) {
  const files = join(work, 'files');
  for (const [folder, wanted] of FILES) copyFolder(join(root, folder), join(files, folder), wanted);
  const extension = join(work, 'extension');
  await buildExtension(extension, listFiles(files));
  return { files, extension };
}

/** The kernel as a built extension of JupyterLab. */
async function buildExtension(folder, fileList) {
  await buildKernel(join(folder, 'static', 'kernel'));
  writeJson(join(folder, 'static', 'kernel', 'files.json'), fileList);
  await build({
    entryPoints: [join(root, 'jupyter', 'live', 'extension.mjs')],
    outfile: join(folder, 'static', 'extension.js'),
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
  });
  writeJson(join(folder, 'package.json'), {
    name: NAME,
    version: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    description: 'The TypeScript kernel of the live notebooks',
    license: 'MIT',
    jupyterlab: { extension: true, _build: { load: 'static/extension.js', extension: './extension' } },
  });
}

function plotlyRenderer() {
  const folder = join(venvDir, 'share', 'jupyter', 'labextensions', 'jupyterlab-plotly');
  if (existsSync(folder)) return folder;
  throw new SetupFailure(
    "plotly's renderer for JupyterLab is not in .venv, so the live notebooks would have no figures.",
    'Connect to the network, delete the folder .venv, then run the same command again.',
  );
}

function copyFolder(from, to, wanted, inside = '') {
  for (const entry of readdirSync(join(from, inside), { withFileTypes: true })) {
    const name = inside ? `${inside}/${entry.name}` : entry.name;
    if (entry.name.startsWith('.') || !wanted(entry.isDirectory() ? `${name}/` : name)) continue;
    if (entry.isDirectory()) copyFolder(from, to, wanted, name);
    else {
      mkdirSync(dirname(join(to, name)), { recursive: true });
      if (name.endsWith('.ipynb')) writeJson(join(to, name), asServed(readNotebook(join(from, name))));
      else cpSync(join(from, name), join(to, name));
    }
  }
}

/**
 * A notebook as a Jupyter server would hand it to JupyterLab: with texts, not lists of lines, and trusted, because its
 * outputs are the project's own.
 */
function asServed(notebook) {
  const whole = ([type, content]) => [type, /^application\/.*json$/.test(type) ? content : joined(content)];
  for (const cell of notebook.cells) {
    cell.source = joined(cell.source);
    if (cell.cell_type === 'code') cell.metadata.trusted = true;
    for (const output of cell.outputs ?? []) {
      if (output.text) output.text = joined(output.text);
      if (output.data) output.data = Object.fromEntries(Object.entries(output.data).map(whole));
    }
  }
  return notebook;
}

/** The paths of all files below a folder, absolute as cells see them. */
const listFiles = folder =>
  readdirSync(folder, { recursive: true })
    .filter(name => statSync(join(folder, name)).isFile())
    .map(name => `/${name.replaceAll('\\', '/')}`)
    .sort();

/** Of each folder the list that JupyterLite asks for, in the form of Jupyter's contents API. */
function writeLists(files, to, inside = '') {
  const model = (path, type, more) => ({
    name: path.split('/').at(-1),
    path,
    type,
    created: '2026-01-01T00:00:00Z',
    last_modified: '2026-01-01T00:00:00Z',
    content: null,
    format: null,
    mimetype: null,
    writable: true,
    ...more,
  });
  const content = readdirSync(join(files, inside), { withFileTypes: true }).map(entry => {
    const path = inside ? `${inside}/${entry.name}` : entry.name;
    if (entry.isDirectory()) {
      writeLists(files, to, path);
      return model(path, 'directory');
    }
    const { size } = statSync(join(files, path));
    return model(path, path.endsWith('.ipynb') ? 'notebook' : 'file', { size });
  });
  mkdirSync(join(to, inside), { recursive: true });
  writeJson(join(to, inside, 'all.json'), model(inside, 'directory', { content, format: 'json' }));
}

const writeJson = (file, value) => writeFileSync(file, `${JSON.stringify(value)}\n`);

if (fileURLToPath(import.meta.url) === process.argv[1])
  await runMain(async () => {
    const out = resolve(process.argv[2] ?? join(root, 'site', 'live'));
    const { python } = await setUp();
    say('Making the live notebooks');
    await makeLive({ out, python });
    const sizes = readdirSync(out, { recursive: true }).map(name => statSync(join(out, name)));
    const bytes = sizes.filter(stats => stats.isFile()).map(({ size }) => size);
    say(`${out}: ${bytes.length} files, ${(bytes.reduce((a, b) => a + b, 0) / 1e6).toFixed(1)} MB`);
    return 0;
  });
