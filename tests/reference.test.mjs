/** The API reference: complete, typeset, whole without the network; and every example in it runs. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Application } from 'typedoc';
import { instabilities, withoutDescription } from '../scripts/reference/rules.mjs';
import { root, tsc, workDir } from '../scripts/setup/paths.mjs';

const source = join(root, 'lib', 'src');
const sources = readdirSync(source, { recursive: true })
  .filter(name => /\.ts$/.test(name))
  .map(name => ({ name, text: readFileSync(join(source, name), 'utf8') }));

/** A folder inside of the checkout, where `pglab` is found by its name. */
function inFolder(use) {
  mkdirSync(workDir, { recursive: true });
  const folder = mkdtempSync(join(workDir, 'reference-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const node = (...args) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });

test('it is complete, typesets its equations, and asks nothing of the network', () =>
  inFolder(folder => {
    const { status, stdout, stderr } = node('scripts/reference.mjs', folder);
    assert.equal(status, 0, stdout + stderr);
    const page = name => readFileSync(join(folder, name), 'utf8');
    const first = page('index.html');
    assert.match(first, /class="katex-display"/);
    for (const layer of ['Algorithms', 'Objectives', 'Estimators', 'Exact MDPs', 'Distributions'])
      assert.ok(first.includes(layer), layer);
    const clip = page('functions/ppoClip.html');
    assert.match(clip, /class="katex-display"/);
    assert.match(clip, /PPO-Clip \(lecture 6/, "the module's essay");
    assert.ok(page('assets/katex.min.css').includes('fonts/KaTeX_Main-Regular.woff2'));
    assert.ok(readdirSync(join(folder, 'assets', 'fonts')).includes('KaTeX_Main-Regular.woff2'));
    const far = readdirSync(folder, { recursive: true })
      .filter(name => name.endsWith('.html'))
      .filter(name => /<(script|link|img)[^>]*(src|href)="(https?:)?\/\//.test(page(name)));
    assert.deepEqual(far, []);
    assert.doesNotMatch(clip, /katex-error|\$\$/);
    assert.match(first, /All functions and classes[\s\S]*Experimental:[\s\S]*a2cTrustRegion/);
    assert.match(page('functions/lineChart.html'), /class="tsd-tag">Experimental</);
    assert.doesNotMatch(clip, /class="tsd-tag">Experimental</);
  }));

test('a public name without a description, or without a word on its stability, is found', async () => {
  mkdirSync(workDir, { recursive: true });
  const folder = mkdtempSync(join(workDir, 'reference-'));
  try {
    const code = `
      // Told.
      export interface Told {
        // Told.
        told: number;
        bare: number;
        // Told.
        method(): void;
        bareMethod(): void;
      }
      // Told.
      export type Form = { kind: 1 } | { other: 2 };
      // Told.
      export class Thing extends Error {
        // Told.
        told = 1;
        bare = 2;
        private own = 3;
        get seen() { return 4; }
      }
      export function bareFunction() {}
      export const bareConst = 1;
      // New. @experimental
      export const fresh = 1;
      // New. @experimental
      export function freshFunction() {}`;
    writeFileSync(join(folder, 'index.ts'), code.replace(/\/\/ (.*)/g, '/** $1 */'));
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { types: [], skipLibCheck: true }, files: ['index.ts'] }),
    );
    const app = await Application.bootstrap({
      entryPoints: [join(folder, 'index.ts')],
      tsconfig: join(folder, 'tsconfig.json'),
      excludePrivate: true,
      skipErrorChecking: true,
      logLevel: 'None',
    });
    const project = await app.convert();
    const bare = ['Told.bare', 'Told.bareMethod', 'Thing.bare', 'Thing.seen', 'bareFunction', 'bareConst'];
    const kinds = ['Form.__type.kind', 'Form.__type.other'];
    assert.deepEqual(project.children.flatMap(withoutDescription).sort(), [...bare, ...kinds].sort());
    const stable = ['Told', 'Form', 'Thing', 'bareFunction', 'bareConst'];
    assert.deepEqual(instabilities(project, stable), []);
    assert.deepEqual(instabilities(project, [...stable, 'fresh', 'gone'].slice(1)).sort(), [
      'Told',
      'fresh',
      'gone',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Every example, by the name of what it is one of. */
const examples = sources.flatMap(({ name, text }) =>
  [
    ...text.matchAll(
      /\/\*\*(?:(?!\*\/)[\s\S])*?@example(?:(?!\*\/)[\s\S])*?\*\/\s*export (?:async )?[a-z]+ (\w+)/g,
    ),
  ].flatMap(([comment, of]) =>
    [...comment.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => ({
      of,
      file: name,
      code: code.replace(/^ *\* ?/gm, ''),
    })),
  ),
);

test('every algorithm has an example', () => {
  const library = readFileSync(join(source, 'library.ts'), 'utf8');
  const algorithms = sources
    .filter(({ name }) => /^algorithms[\\/]/.test(name))
    .flatMap(({ text }) => [...text.matchAll(/^export (?:async function (\w+)|const (\w+) = async )/gm)])
    .map(([, name, other]) => name ?? other)
    .filter(name => new RegExp(`\\b${name}\\b`).test(library));
  assert.ok(algorithms.length >= 8, String(algorithms));
  const without = algorithms.filter(name => !examples.some(({ of }) => of === name));
  assert.deepEqual(without, []);
});

test('every example compiles, strictly, and prints numbers', () =>
  inFolder(folder => {
    const names = examples.map(({ of }, i) => `${i}-${of}`);
    for (const [i, { code }] of examples.entries()) writeFileSync(join(folder, `${names[i]}.mts`), code);
    const compilerOptions = {
      module: 'NodeNext',
      target: 'ES2022',
      strict: true,
      types: ['node'],
      skipLibCheck: true,
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.mts'] }));
    const compiled = node(tsc, '-p', folder);
    assert.equal(compiled.status, 0, compiled.stdout);
    for (const name of names) {
      const { status, stdout, stderr } = node(join(folder, `${name}.mjs`));
      assert.equal(status, 0, `${name}: ${stderr}`);
      assert.match(stdout, /\d/, name);
      assert.doesNotMatch(stdout, /NaN|undefined/, name);
    }
  }));
