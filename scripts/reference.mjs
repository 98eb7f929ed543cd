/**
 * `npm run reference [-- folder]`: the API reference, by TypeDoc from the docstrings, as a site that needs nothing from elsewhere:
 * equations are typeset by KaTeX when it is made, and its style and fonts come along. By default it goes to .pglab/reference.
 * Fails if a public name, or a property or method of one, has no description, if a name is neither listed in lib/stable.txt nor
 * marked @experimental, or if a link leads nowhere.
 */

import { cpSync, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { katex } from '@mdit/plugin-katex';
import { Application, Comment, CommentTag, Converter, ReflectionKind } from 'typedoc';
import { instabilities, isExperimental, withoutDescription } from './reference/rules.mjs';
import { root, workDir } from './setup/paths.mjs';
import { runMain, SetupFailure, say } from './setup/report.mjs';

const source = join(root, 'lib', 'src');

/** The folders of lib/src, from what people call down to what it rests on: the order of the reference. */
const LAYERS = {
  algorithms: 'Algorithms',
  parallel: 'Many seeds',
  objectives: 'Objectives',
  estimators: 'Estimators',
  policies: 'Policies',
  networks: 'Networks',
  rollout: 'Rollouts',
  envs: 'Environments',
  mdp: 'Exact MDPs',
  distributions: 'Distributions',
  math: 'Mathematics',
  plots: 'Plots',
  notebook: 'Notebooks',
  logging: 'Logging',
  homework: 'Homework checks',
  '': 'Interrupts',
};

await runMain(async () => {
  const [folder = join(workDir, 'reference')] = process.argv.slice(2);
  const out = resolve(folder);
  const app = await Application.bootstrapWithPlugins({
    name: 'pglab',
    entryPoints: [join(source, 'index.ts')],
    tsconfig: join(root, 'lib', 'tsconfig.json'),
    readme: join(root, 'lib', 'REFERENCE.md'),
    includeVersion: true,
    excludePrivate: true,
    excludeInternal: true,
    disableSources: true, // no address that a reader could open
    disableGit: true,
    hideGenerator: true,
    categorizeByGroup: false,
    categoryOrder: Object.values(LAYERS),
    navigation: { includeCategories: true, includeGroups: false },
    sort: ['source-order'],
    favicon: join(root, 'scripts', 'site', 'static', 'icon.svg'),
    customCss: join(root, 'scripts', 'reference', 'style.css'),
    markdownItLoader: parser => parser.use(katex, { throwOnError: true, output: 'htmlAndMathml' }),
    validation: { notDocumented: false, invalidLink: true, notExported: false, invalidPath: true },
    logLevel: 'Warn',
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const reflection of project.children ?? []) describe(reflection);
  });
  const project = await app.convert();
  if (!project) throw new SetupFailure('TypeDoc could not read the library.', 'See its messages above.');
  const undocumented = project.children.flatMap(withoutDescription);
  if (undocumented.length > 0)
    throw new SetupFailure(
      `Public names without a description: ${undocumented.join(', ')}.`,
      'Describe them in a comment where they are defined, then run the same command again.',
    );
  const promised = readFileSync(join(root, 'lib', 'stable.txt'), 'utf8')
    .trim()
    .split('\n');
  const stability = instabilities(project, promised);
  if (stability.length > 0)
    throw new SetupFailure(
      `The stability of these names is unclear: ${stability.join(', ')}.`,
      'Add each to lib/stable.txt or mark it @experimental where it is defined, then run the same command again.',
    );
  project.readme.push(...allNames(project));
  const warnings = app.logger.warningCount;
  app.validate(project);
  if (app.logger.warningCount > warnings || app.logger.hasErrors())
    throw new SetupFailure('A link in the reference leads nowhere.', 'See the messages above.');
  await app.generateDocs(project, out);
  if (app.logger.hasErrors()) throw new SetupFailure('TypeDoc failed.', 'See its messages above.');
  const style = createRequire(import.meta.url).resolve('katex/dist/katex.min.css');
  cpSync(style, join(out, 'assets', 'katex.min.css'));
  cpSync(join(dirname(style), 'fonts'), join(out, 'assets', 'fonts'), { recursive: true });
  say(`The reference: ${join(out, 'index.html')}`);
  return 0;
});

/** Puts a public name on its layer, and the essay of its module below what is said of the name that the module is called by. */
function describe(reflection) {
  const file = fileOf(reflection);
  if (!file) return;
  const layer = LAYERS[dirname(relative(source, file)).split(sep)[0].replace('.', '')];
  const [signature] = reflection.signatures ?? [];
  const owner = signature ?? reflection;
  owner.comment ??= new Comment();
  owner.comment.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: layer }]));
  const essay = essayOf(file);
  const isNamesake = file.endsWith(`${sep}${reflection.name}.ts`);
  if (essay && isNamesake && !reflection.kindOf(ReflectionKind.Interface))
    owner.comment.blockTags.push(
      new CommentTag('@remarks', [{ kind: 'code', text: `\`\`\`text\n${essay}\n\`\`\`` }]),
    );
}

/** The end of the first page: every function and class, layer by layer, with what may change in a line of its own. */
function allNames(project) {
  const parts = [];
  const text = words => parts.push({ kind: 'text', text: words });
  const list = (title, names) => {
    if (names.length === 0) return;
    text(`\n\n${title}`);
    names.forEach((target, i) => {
      if (i > 0) text(', ');
      parts.push({ kind: 'inline-tag', tag: '@link', text: target.name, target });
    });
  };
  text('\n\n## All functions and classes\n');
  for (const layer of Object.values(LAYERS)) {
    const names = project.children.filter(
      child => layerOf(child) === layer && !child.kindOf(ReflectionKind.Interface | ReflectionKind.TypeAlias),
    );
    if (names.length === 0) continue;
    text(`\n\n### ${layer}`);
    list(
      '',
      names.filter(name => !isExperimental(name)),
    );
    list('*Experimental:* ', names.filter(isExperimental));
  }
  return parts;
}

function layerOf({ comment, signatures = [] }) {
  return [comment, signatures[0]?.comment]
    .flatMap(c => c?.blockTags ?? [])
    .find(({ tag }) => tag === '@category')?.content[0].text;
}

function fileOf(reflection) {
  const symbol = reflection.project.getSymbolIdFromReflection(reflection);
  return symbol?.fileName && existsSync(symbol.fileName) ? symbol.fileName : undefined;
}

/** The comment at the top of a module, without its stars. */
function essayOf(file) {
  const [, text] = readFileSync(file, 'utf8').match(/^\/\*\*\n([\s\S]*?)\n? \*\//) ?? [];
  return text?.replace(/^ \* ?/gm, '').trimEnd();
}
