/** What a cell may say: every sequence of cells that are each right, top-level awaits, and TypeScript's newer syntax. */

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the cells that hold templates.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { namesIn, session } from './converter.mjs';

let cells;
before(() => {
  cells = session();
});
after(() => cells?.close());

const run = code => cells.run(code);

/**
 * Cells that are each right by themselves. They share few names, so that they declare each other's anew, as something
 * else. `ask` is an expression on what the cell declares, `answer` its value, as long as the cell's own names stand.
 */
const KINDS = {
  'const of a number': ['const x = 1;', 'x.toFixed(1)', '1.0'],
  'const of a text': ["const x = 'one';", 'x.toUpperCase()', 'ONE'],
  'let, assigned later': ['let x = 1;\nx = 2;', 'x', 2],
  'let without a value': ['let x: string;', 'x', undefined],
  'var in a block': ['if (true) { var x = [1]; }', 'x.length', 1],
  'var in a loop': ['for (var x = 0; x < 3; x++);', 'x', 3],
  'object taken apart': ['const { a: x, ...y } = { a: 1, b: 2, c: 3 };', 'x + y.b + y.c', 6],
  'list taken apart': ["let [x, , y = 'z'] = [1, 2];", 'x + y', '1z'],
  function: ['function x(n: number): number { return n < 1 ? 0 : 1 + x(n - 1); }', 'x(3)', 3],
  'overloaded function': [
    'function x(n: number): number;\nfunction x(n: string): string;\nfunction x(n: any) { return n; }',
    "x('t') + x(1)",
    't1',
  ],
  'function with properties': ['function x() { return x.n; }\nx.n = 4;', 'x()', 4],
  'async function': ['async function x() { return 7; }', 'await x()', 7],
  generator: ['function* x() { yield 1; yield 2; }', '[...x()].join()', '1,2'],
  'generic function': [
    'const y = <T,>(v: T): T[] => [v];',
    'y(3)[0].toFixed() + y("t")[0].toUpperCase()',
    '3T',
  ],
  class: ['class A { x = 1; static y = 1; }', 'new A().x + A.y', 2],
  'class with private parts': [
    'class A { #n = 5; private m = 1; get n() { return this.#n + this.m; } }',
    'new A().n',
    6,
  ],
  'generic class': ['class A<T> { constructor(readonly y: T) {} }', "new A('q').y.length", 1],
  'class that extends a local one': [
    'class B { b = 1; }\nclass A extends B { a = 2; }',
    'new A().a + new A().b',
    3,
  ],
  'abstract class': [
    'abstract class B { abstract n(): number; }\nclass A extends B { n() { return 9; } }',
    'new A().n()',
    9,
  ],
  'class expression': ['const A = class { private x = 3; y() { return this.x; } };', 'new A().y()', 3],
  'static block': ['class A { static s: number;\nstatic { this.s = 4; } }', 'A.s', 4],
  'class of an error': ["class A extends Error { override name = 'A'; }", 'String(new A("m"))', 'A: m'],
  interface: ['interface A { p: number }\nconst x: A = { p: 1 };', 'x.p', 1],
  'type alias': ["type A = 'l' | 'r';\nlet x: A = 'l';", 'x', 'l'],
  'generic type': ['type A<T> = { v: T }[];\nconst x: A<number> = [{ v: 3 }];', 'x[0].v', 3],
  'type and value of one name': ['type x = number;\nconst x: x = 8;', 'x as x', 8],
  enum: ["enum E { A, B = 'b' }", 'E.A + E.B + E[0]', '0bA'],
  'const enum': ['const enum E { A = 3, B }', 'E.B', 4],
  'enum in two parts': ['enum E { A }\nenum E { C = 5 }', 'E.A + E.C', 5],
  namespace: [
    'namespace N { export const x = 1; export type T = number; export namespace M { export const y = 2; } }',
    'N.x + N.M.y',
    3,
  ],
  'namespace of types': ['namespace N { export interface P { q: 1 } }\nconst x: N.P = { q: 1 };', 'x.q', 1],
  'class with a namespace': ['class N { n = 1; }\nnamespace N { export const y = 2; }', 'new N().n + N.y', 3],
  'decorated class': [
    'const seen: string[] = [];\nfunction note(_: unknown, context: { name: string | symbol }): any { seen.push(String(context.name)); }\n' +
      '@note class A { @note x = 1; @note m() { return 2; } }',
    "new A().m() + seen.join('')",
    '2mxA',
  ],
  label: ['let x = 0;\nouter: for (;;) { for (;;) { x++; break outer; } }', 'x', 1],
  'label of a name': ['x: for (const y of [1]) { continue x; }\nlet y = 3;', 'y', 3],
  'default import': ["import x from 'node:path';", "x.posix.join('a', 'b')", 'a/b'],
  'namespace import': ["import * as x from 'node:path';", "x.posix.basename('a/b')", 'b'],
  'named imports': [
    "import { posix as x, type ParsedPath } from 'node:path';\nlet y: ParsedPath;",
    "x.join('a', 'b')",
    'a/b',
  ],
  'import for its effect': ["import 'node:path';\nlet x = 1;", 'x', 1],
  'import of a type': ["import type { Rng as A } from 'pglab';\nlet x: A | number = 1;", 'x', 1],
  'import of lib': [
    "import { Rng as A } from 'pglab';\nconst x = new A(1);",
    'x instanceof A && x.uniform() < 1',
    true,
  ],
  'import under another name': ["import { posix as x } from 'node:path';\ntype A = typeof x;", 'x.sep', '/'],
  'import of a class as a type': [
    "import { type Rng as A, cartPole as x } from 'pglab';\nlet y: A;",
    'x().id',
    'CartPole-v1',
  ],
  'import with attributes': [
    "import x from 'tslab/package.json' with { type: 'json' };\nconst y = x.name;",
    'x.name + y',
    'tslabtslab',
  ],
  'import at work': ["const x = await import('node:path');", "x.posix.join('a', 'b')", 'a/b'],
  'export default': ['export default 5', '1', 1],
  'export default of a class': ['export default class A { x = 2; }', 'new A().x', 2],
  'export default of a nameless class': ['export default class { x = 2; }', '1', 1],
  'export default of a function': ['export default function x() { return 2; }', 'x()', 2],
  'export const': ['export const x = 6;', 'x', 6],
  'export of a list': ['const x = 1, y = 2;\nexport { x, y as z };', 'x + y', 3],
  'export from elsewhere': ["export { join as x } from 'node:path';\nexport * from 'node:os';", '1', 1],
  'export of types': [
    'export interface A { x: 1 }\nexport type { A as B };\nconst x: A = { x: 1 };',
    'x.x',
    1,
  ],
  'shadowed console': ["const console = { log: (s: string) => s + '!' };", "console.log('x')", 'x!'],
  'shadowed process': ['let process = { pid: "p" };', 'process.pid', 'p'],
  'shadowed Array': ['class Array { own = 1; }', 'new Array().own', 1],
  'shadowed Promise': ['const Promise = 3;', 'Promise', 3],
  'shadowed Object': ['const Object = 4;', 'Object', 4],
  'shadowed Symbol and Error': ['const Symbol = 1, Error = 2;', 'Symbol + Error', 3],
  'shadowed require': ['const require = (s: string) => s.length;', "require('abc')", 3],
  'shadowed exports and module': ['const exports = 1;\nlet module = 2;', 'exports + module', 3],
  'shadowed undefined names': ['const name = "n", event = 2, self = 3;', 'name + event + self', 'n23'],
  symbol: ['const s = Symbol();\nconst x = { [s]: 1 };', 'x[s]', 1],
  'private symbol in a class': ['const s: unique symbol = Symbol();\nclass A { [s] = 2; }', 'new A()[s]', 2],
  'await in a declaration': ['const x = await Promise.resolve(11);', 'x', 11],
  'for await': ['let x = 0;\nfor await (const n of [1, 2]) x += n;', 'x', 3],
  using: ['let x = 0;\n{ using y = { [Symbol.dispose]() { x++; } }; }', 'x', 1],
  'satisfies and as const': ["const x = { a: 'b' } as const satisfies { a: string };", 'x.a', 'b'],
  'template and tag': [
    'const x = (p: TemplateStringsArray, ...v: number[]) => p.raw[0] + v[0];',
    'x`a${1}`',
    'a1',
  ],
  'accessor pair': ['const x = { get n() { return 1; }, set n(v) {} };', 'x.n', 1],
  'global of everybody': ['declare global { var shared: number }\nglobalThis.shared = 3;', 'shared', 3],
  'ambient declaration': ['declare const setTimeout: unique symbol;', 'typeof setTimeout', 'function'],
  'counter and its reader': ['let n = 0;\nconst next = () => ++n;', 'next() > 0 && n > 0', true],
};
const names = Object.keys(KINDS);

/**
 * Runs cells of these kinds one after the other, and holds after each: it runs and its own expression has its value; so
 * has the expression of every earlier one, wherever its names have gone. A cell that mentions a name which an earlier
 * cell took for something else is not right where it stands (`Symbol` after `const Symbol = 1`) and ends the sequence.
 * @returns the number of cells that ran
 */
async function runInSequence(kinds) {
  cells.converter.reset();
  const taken = new Set();
  const readers = [];
  for (const [i, kind] of kinds.entries()) {
    const [code, ask, answer] = KINDS[kind];
    const read = `read${i}`;
    // The statement ends without a semicolon where the cell does.
    const cell = `${code}\nconst ${read} = async () => (${ask});\n`;
    const { declared, words } = namesIn(cell);
    if ([...words].some(word => taken.has(word) && !declared.has(word))) return i;
    for (const name of declared) taken.add(name);
    taken.delete(read);
    await run(cell);
    readers.push({ kind, read, answer });
    const asked = await run(`[${ask}, ${readers.map(earlier => `await ${earlier.read}()`).join(', ')}]`);
    assert.deepEqual(
      asked,
      [answer, ...readers.map(earlier => earlier.answer)],
      readers.map(r => r.kind).join(', '),
    );
  }
  return kinds.length;
}

test('every kind of cell is right, and may be run again', async () => {
  for (const kind of names) assert.ok((await runInSequence([kind, kind])) >= 1, kind);
});

test('no sequence of cells that are each right breaks a later or an earlier one', async t => {
  let ran = 0;
  if (process.env.PGLAB_ALL_PAIRS) {
    for (const first of names)
      for (const second of names)
        await runInSequence([first, second]).then(
          count => (ran += Number(count === 2)),
          error => assert.fail(`${first}, then ${second}: ${error.message}`),
        );
    t.diagnostic(
      `${ran} of ${names.length ** 2} pairs of ${names.length} kinds ran; in the others the second is not right`,
    );
    return;
  }
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...names), { minLength: 2, maxLength: 4 }), async kinds => {
      if ((await runInSequence(kinds)) >= 2) ran++;
    }),
    { numRuns: 60, seed: 17 },
  );
  assert.ok(ran > 40, `${ran} sequences`);
});

test('an import of an earlier cell serves as a value beside a later type of its name', async () => {
  cells.converter.reset();
  await run("import { cartPole as A, Rng as B } from 'pglab';");
  await run('interface A { p: number }\nconst x: A = { p: 1 };');
  assert.equal(await run('const y: A = { p: 2 };\nA().id + y.p'), 'CartPole-v12');
  await run('type B = 3;');
  assert.equal(await run('const b: B = 3;\nnew B(b) instanceof B'), true);
});

test('a cell looks at those modules alone from which it mentions something', async () => {
  cells.converter.reset();
  const folder = mkdtempSync(join(tmpdir(), 'pglab-modules-'));
  const module = name => join(folder, name).replaceAll('\\', '/');
  try {
    writeFileSync(module('one.ts'), 'export const a = 1;\nexport interface One { a: number }');
    writeFileSync(module('two.ts'), 'export const b = 2;');
    await run(`import { a, type One } from '${module('one')}';\nimport { b } from '${module('two')}';
const here: One = { a };`);
    writeFileSync(module('two.ts'), "export const b: number = 'no number';");
    utimesSync(module('two.ts'), new Date(), new Date(Date.now() + 2000));
    assert.equal(await run('const there: One = { a: here.a + a };\nthere.a'), 2);
    await assert.rejects(run('b'), /not assignable to type 'number'/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('await and for await may stand wherever JavaScript lets them, at the top and inside', async () => {
  const stream = 'async function* stream() { yield 1; yield 2; yield 3; }';
  const places = {
    alone: 'for await (const x of stream()) total += x;',
    'in a block': '{ for await (const x of stream()) total += x; }',
    'in a branch': 'if (total === 0) for await (const x of stream()) total += x;',
    'in else': 'if (total !== 0) total = 0; else { for await (const x of stream()) { total += x; } }',
    'in a loop': 'for (const s of [stream]) for await (const x of s()) total += x;',
    'in while': 'while (total < 6) for await (const x of stream()) total += x;',
    'in try': 'try { for await (const x of stream()) total += x; } finally { total += 0; }',
    'in catch': 'try { throw 0; } catch { for await (const x of stream()) total += x; }',
    'in finally': 'try { total = 0; } finally { for await (const x of stream()) total += x; }',
    'in switch': 'switch (total) { case 0: for await (const x of stream()) total += x; }',
    labelled: 'outer: for await (const x of stream()) { for (;;) { total += x; continue outer; } }',
    'with var': 'for await (var each of stream()) total += each;',
    'with a pattern': 'for await (const { two = 2 } of [{}, {}, {}] as any[]) total += two;',
    'into a variable': 'let last = 0; for await (last of stream()) total += last;',
    'of plain values': 'for await (const x of [1, Promise.resolve(2), 3]) total += x;',
    'of what is awaited': 'for await (const x of await Promise.resolve(stream())) total += x;',
    'beside another await': 'await null; for await (const x of stream()) total += x;',
    'in an async arrow called in place':
      'await (async () => { for await (const x of stream()) total += x; })();',
    'in an async function called in place':
      'await (async function () { for await (const x of stream()) total += x; })();',
    'in an arrow that is named first':
      'const f = async () => { for await (const x of stream()) total += x; };\nawait f();',
    'in an async generator':
      'async function* twice() { for await (const x of stream()) yield x; }\nfor await (const x of twice()) total += x;',
    'in an async method':
      'class C { async m() { for await (const x of stream()) total += x; } }\nawait new C().m();',
    'in an object': 'await ({ async m() { for await (const x of stream()) total += x; } }).m();',
    'in a call': 'total = Math.max(await Promise.resolve(6), 0);',
    'in a template': "total = `${await Promise.resolve('six')}`.length * 2;",
    'in a heritage clause':
      'class D extends (await Promise.resolve(Object)) { six = 6; }\ntotal = new D().six;',
    'in a computed name':
      "class F { [await Promise.resolve('six')]() { return 6; } }\ntotal = (new F() as any).six();",
    'in a default value': 'const { six = await Promise.resolve(6) } = {} as any;\ntotal = six;',
    'as the last expression': 'total = 6;\nawait Promise.resolve(6)',
    'of a resource': '{ await using r = { async [Symbol.asyncDispose]() { total = 6; } }; }',
    'of resources in turn': 'for await (using r of [{ [Symbol.dispose]() { total += 6; } }]) ;',
  };
  cells.converter.reset();
  await run(`let total = 0;\n${stream}`);
  for (const [place, code] of Object.entries(places)) {
    await run('total = 0;');
    await run(code).catch(error => assert.fail(`${place}: ${error.message}`));
    assert.equal(await run('total'), 6, place);
  }
});

test('what is no place for an await is refused before the cell runs', async () => {
  for (const code of [
    'function f() { await null; }',
    '(() => { for await (const x of []) ; })();',
    'class A { static { await null; } }',
    'namespace N { export const x = await null; }',
  ])
    await assert.rejects(run(code), /^Error: 1:\d+ - .*'?(await|for await)/, code);
});

test('a cell that awaits nothing ends within its own turn', async () => {
  const converted = code => cells.converter.convert(code).async;
  for (const code of ['1', 'async () => await 1', 'class A { async m() { for await (const x of []); } }'])
    assert.equal(converted(code), false, code);
  assert.equal(converted('await 1'), true);
});

test('TypeScript after 5.0: using, const type parameters, NoInfer, accessors, inferred predicates, decorators', async () => {
  cells.converter.reset();
  await run(`const order: string[] = [];
class Resource implements Disposable {
  constructor(readonly name: string) { order.push('open ' + name); }
  [Symbol.dispose]() { order.push('close ' + this.name); }
}
function work() { using a = new Resource('a'); using b = new Resource('b'); return a.name + b.name; }`);
  assert.equal(await run('work()'), 'ab');
  assert.equal(await run('order.join()'), 'open a,open b,close b,close a');
  await run('using c = new Resource("c");\norder.push("in the cell");');
  assert.equal(await run('order.slice(-3).join()'), 'open c,in the cell,close c');
  assert.equal(await run('c.name'), 'c', 'a later cell sees it, closed');
  await run('await using d = { async [Symbol.asyncDispose]() { order.push("close d"); } };');
  assert.equal(await run('order.at(-1)'), 'close d');
  await run('using e = new Resource("e");\nthrow new Error("on purpose");').catch(() => {});
  assert.equal(await run('order.at(-1)'), 'close e');
  assert.equal(await run("const pair = <const T,>(x: T) => x;\npair(['a', 1])[1].toFixed()"), '1');
  assert.equal(await run('function pick<T>(a: T[], b: NoInfer<T>) { return b; }\npick([1], 2)'), 2);
  await assert.rejects(run("pick(['a'], 3)"), /not assignable/);
  assert.equal(await run("[1, undefined, 'a'].filter(x => typeof x === 'string').map(s => s.length)[0]"), 1);
  assert.equal(await run('class Box { accessor size = 3; }\nnew Box().size'), 3);
  assert.equal(await run("enum Mix { A = 'a', B = `${A}b` }\nMix.B"), 'ab');
  assert.equal(await run('[3, 1].toSorted()[0]'), 1);
});
