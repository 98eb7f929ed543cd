/**
 * What Sphinx reads: the notebooks, their figures in the form that figures.js brings to life, their animations with a
 * button, and the pages around them, of which the first is the lecture slide by slide.
 */

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { joined, PLOTLY, readNotebook, SVG } from '../notebooks/files.mjs';
import { root } from '../setup/paths.mjs';
import { dialsPage } from './dials/page.mjs';

const dataDir = join(root, 'data');

/**
 * Writes source/ (pages) and extra/ (files that are copied as they are) below `folder`.
 * @param {{ folder: string, notebooks: string[], live?: (name: string) => string | undefined }} options notebooks: paths, in
 *   order; live: the address of a notebook's live page from the site's root, where there is one
 */
export function writePages({ folder, notebooks, live = () => undefined }) {
  const source = join(folder, 'source');
  const extra = join(folder, 'extra');
  for (const place of [source, extra]) mkdirSync(join(place, 'notebooks'), { recursive: true });
  const pages = notebooks.map(path => {
    const name = basename(path, '.ipynb');
    const { page, pictures } = pageOf(readNotebook(path), name, live(name));
    writeFileSync(join(source, 'notebooks', `${name}.ipynb`), JSON.stringify(page));
    copyLinked(page, source);
    copyFileSync(path, join(extra, 'notebooks', `${name}.ipynb`));
    mkdirSync(join(extra, 'notebooks', 'figures'), { recursive: true });
    for (const [file, svg] of pictures) writeFileSync(join(extra, 'notebooks', 'figures', file), svg);
    return { name, title: titleOf(page) };
  });
  const sets = writeData(source);
  copyFileSync(join(root, 'docs', 'class.md'), join(source, 'class.md'));
  const titles = Object.fromEntries(pages.map(({ name, title }) => [name, title]));
  writeFileSync(join(source, 'lecture-live.md'), dialsPage(titles, live('demo')));
  writeFileSync(join(source, 'index.md'), firstPage(pages, sets, live('demo')));
}

/** A notebook as a page, and the still pictures of its figures by file name. */
function pageOf(notebook, name, live) {
  const pictures = [];
  const cells = notebook.cells.map(cell => {
    if (cell.cell_type !== 'code') return cell;
    const outputs = cell.outputs.map(output => {
      const { [PLOTLY]: figure, [SVG]: svg } = output.data ?? {};
      const alt = output.metadata?.alt ?? '';
      if (figure) {
        const file = `${name}-${pictures.length + 1}.svg`;
        if (svg) pictures.push([file, joined(svg)]);
        return asHtml(output, figureHtml(figure, alt, `figures/${file}`));
      }
      return svg ? asHtml(output, `<div class="pglab-animation">${joined(svg)}</div>`) : output;
    });
    return { ...cell, outputs };
  });
  const [first, ...rest] = cells;
  const lines = joined(first.source).split('\n');
  const links = [
    live && `<a class="pglab-run" href="../${live}">Run it here</a>`,
    `<a href="${name}.ipynb" download>Download the notebook</a>`,
  ];
  const bar = `<p class="pglab-notebook">${links.filter(Boolean).join(' ')}</p>`;
  const head = { ...first, source: [lines[0], '', bar, '', ...lines.slice(1)].join('\n') };
  return { page: { ...notebook, cells: [head, ...rest] }, pictures };
}

/** Files of the checkout to which a notebook links, such as a module of the library: they become downloads. */
function copyLinked(page, source) {
  const text = page.cells.filter(cell => cell.cell_type === 'markdown').map(cell => joined(cell.source));
  for (const [, link] of text.join('\n').matchAll(/\]\(\.\.\/([^)#\s]+)\)/g)) {
    const file = join(root, link);
    if (/\.md$/.test(link) || !statSync(file, { throwIfNoEntry: false })?.isFile()) continue;
    mkdirSync(dirname(join(source, link)), { recursive: true });
    copyFileSync(file, join(source, link));
  }
}

const asHtml = (output, html) => ({ ...output, data: { 'text/html': html }, metadata: {} });

function figureHtml(figure, alt, picture) {
  // figures.js puts a lower slider in the place of plotly's.
  const height = (figure.layout.height ?? 400) - (figure.layout.sliders ? 45 : 0);
  // A '<' inside of a script could end it.
  const data = JSON.stringify(figure).replaceAll('<', '\\u003c');
  return (
    `<div class="pglab-figure" style="min-height:${height}px">` +
    `<img src="${picture}" alt="${escapeMarkup(alt)}" loading="lazy">` +
    `<script type="${PLOTLY}">${data}</script></div>`
  );
}

const escapeMarkup = text => text.replace(/[&<>"]/g, character => `&#${character.codePointAt(0)};`);

function titleOf(page) {
  const [heading] = joined(page.cells[0].source).match(/^# .+/) ?? [];
  return heading?.slice(2) ?? 'A notebook';
}

/** The data sets' descriptions, each a page with its tables to download. */
function writeData(source) {
  const sets = readdirSync(dataDir).filter(set => existsSync(join(dataDir, set, 'README.md')));
  for (const set of sets) {
    mkdirSync(join(source, 'data', set), { recursive: true });
    const tables = readdirSync(join(dataDir, set)).filter(file => file.endsWith('.csv'));
    for (const file of tables) copyFileSync(join(dataDir, set, file), join(source, 'data', set, file));
    const text = readFileSync(join(dataDir, set, 'README.md'), 'utf8').trimEnd();
    const links = tables.map(file => `{download}\`${file}\``).join(', ');
    writeFileSync(
      join(source, 'data', set, 'README.md'),
      `${text}\n${links ? `\n**Download:** ${links}\n` : ''}`,
    );
  }
  return sets;
}

function firstPage(pages, sets, live) {
  const run = live ? ` <a href="${live}">The demo as a notebook to run</a>` : '';
  return `# Policy gradients, executed

Stanford CS234's lecture 6, *Policy Gradient II*, as notebooks that were executed: every formula of the lecture, from REINFORCE's variance to PPO-Clip, is a computation here, held against an exact answer. Figures answer to the pointer, sliders move, and answers are folded until you want them.

<p class="pglab-notebook"><a class="pglab-run" href="lecture-live.html">The lecture, live</a>${run}</p>

## The lecture, slide by slide

${lectureMap(pages)}

\`\`\`{toctree}
:hidden:
:caption: The lecture

lecture-live
${pages.map(({ name }) => `notebooks/${name}`).join('\n')}
\`\`\`

\`\`\`{toctree}
:hidden:
:caption: For teachers

class
\`\`\`

\`\`\`{toctree}
:hidden:
:caption: Data

${sets.map(set => `${set} <data/${set}/README>`).join('\n')}
\`\`\`
`;
}

/** The slides of data/lecture-map in order, below the notebook that executes them; then the notebooks that are on no slide. */
function lectureMap(pages) {
  const rows = readTable(readFileSync(join(dataDir, 'lecture-map', 'lecture-map.csv'), 'utf8'));
  const bySlide = rows.flatMap(({ notebook, slides, question }) => {
    const page = pages.find(({ name }) => name === notebook);
    return page ? [{ ...page, slides: slides.split('; '), question }] : [];
  });
  const others = pages.filter(({ name }) => !rows.some(({ notebook }) => notebook === name));
  return [...bySlide, ...others.map(page => ({ ...page, slides: [] }))]
    .map(({ name, title, slides, question }) =>
      [
        `- [**${title}**](notebooks/${name}.ipynb)${question ? ` *${question}*` : ''}`,
        ...slides.map(slide => `  - ${slide}`),
      ].join('\n'),
    )
    .join('\n');
}

/** A table of quoted or plain fields, without line breaks inside of them. */
function readTable(text) {
  const [header, ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map(line =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain,
      ),
    );
  return rows.map(row => Object.fromEntries(header.map((name, i) => [name, row[i]])));
}
