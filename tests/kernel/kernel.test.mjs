/**
 * The contract of the notebooks' kernel, held over the real protocol against the real process: whole output, errors,
 * execution counts, aborting, completion, restarting. (Interrupting: interrupt.test.mjs; starting: start.test.mjs.)
 */

import assert from 'node:assert/strict';
import os from 'node:os';
import { after, before, test } from 'node:test';
import { cell, Kernel, repository, summary } from './client.mjs';

let kernel;
before(async () => {
  kernel = await Kernel.start();
});
after(() => kernel?.close());

const types = iopub => iopub.map(m => (m.type === 'status' ? m.content.execution_state : m.type));

/** Checks a cell's error message and reply against each other and for paths; returns its traceback as one text. */
function errorText(result) {
  assert.equal(result.reply.status, 'error');
  const { ename, evalue, traceback } = result.error;
  assert.deepEqual(
    { ename, evalue, traceback },
    { ename: result.reply.ename, evalue: result.reply.evalue, traceback: result.reply.traceback },
  );
  assert.equal(result.iopub.filter(m => m.type === 'error').length, 1);
  assert.equal(result.stderr, '', 'an error is not printed as well');
  const text = [ename, evalue, ...traceback].join('\n');
  for (const folder of [repository, os.homedir(), os.tmpdir()]) assert.ok(!text.includes(folder), text);
  assert.doesNotMatch(text, /node:|executor\.js|\.cjs|cell-\d/);
  return traceback.join('\n');
}

test('kernel_info has a status and names the language', async () => {
  const { reply } = await kernel.request('kernel_info_request');
  assert.equal(reply.status, 'ok');
  assert.equal(reply.protocol_version, '5.3');
  assert.equal(reply.language_info.name, 'typescript');
  assert.equal(reply.language_info.file_extension, '.ts');
});

test('a cell gives busy, execute_input, output, idle, in this order, and counts', async () => {
  const first = await kernel.run(
    `import { display } from 'tslab';
console.log('one'); console.error('two'); display.html('<b>three</b>'); console.log('four'); 2 + 3`,
  );
  const next = await kernel.run('1');
  assert.deepEqual(types(first.iopub), [
    'busy',
    'execute_input',
    'stream',
    'stream',
    'display_data',
    'stream',
    'stream',
    'idle',
  ]);
  assert.deepEqual(
    first.iopub.filter(m => m.type === 'stream').map(m => [m.content.name, m.content.text]),
    [
      ['stdout', 'one\n'],
      ['stderr', 'two\n'],
      ['stdout', 'four\n'],
      ['stdout', '5\n'],
    ],
  );
  assert.deepEqual(first.iopub[4].content.data, { 'text/html': '<b>three</b>' });
  const input = first.iopub[1].content;
  assert.match(input.code, /^import/);
  assert.equal(first.reply.status, 'ok');
  assert.equal(first.reply.execution_count, input.execution_count);
  assert.equal(next.reply.execution_count, input.execution_count + 1);
});

test('50,000 lines arrive whole, and so do 5,000 displays; the next cell runs', async () => {
  const many = await kernel.run("for (let i = 0; i < 50_000; i++) console.log('line ' + i)");
  assert.equal(many.reply.status, 'ok');
  assert.equal(many.stdout, Array.from({ length: 50_000 }, (_, i) => `line ${i}\n`).join(''));
  const displays = await kernel.run(
    "import { display as d } from 'tslab'; for (let i = 0; i < 5_000; i++) d.text('d' + i)",
  );
  assert.deepEqual(
    displays.iopub.filter(m => m.type === 'display_data').map(m => m.content.data['text/plain']),
    Array.from({ length: 5_000 }, (_, i) => `d${i}`),
  );
  assert.equal((await kernel.run("'next'")).stdout, 'next\n');
});

test('output appears while a cell computes, not only at its end', async () => {
  const times = [];
  const id = kernel.send(
    'shell',
    'execute_request',
    cell("for (let end = Date.now() + 800; Date.now() < end; ) if (Date.now() % 5 === 0) console.log('x');"),
  );
  await new Promise(resolve =>
    kernel.waiting.set(id, m => {
      if (m.type === 'stream') times.push(performance.now());
      if (m.type === 'status' && m.content.execution_state === 'idle') resolve();
    }),
  );
  assert.ok(times.at(-1) - times[0] > 400, `output within ${times.at(-1) - times[0]} ms`);
});

test('a throwing cell gives name, message, and the line of its TypeScript', async () => {
  const code = `interface Point {
  x: number;
}

// Types, comments and blank lines vanish on the way to JavaScript.
function inner(p: Point): number {
  if (p.x > 1)
    throw new RangeError('x is ' + p.x);
  return p.x;
}

inner({ x: 7 });`;
  const result = await kernel.run(code);
  assert.equal(result.error.ename, 'RangeError');
  assert.equal(result.error.evalue, 'x is 7');
  assert.equal(
    errorText(result),
    `RangeError: x is 7
    at inner (cell line 8)
        8 |     throw new RangeError('x is ' + p.x);
    at cell line 12
       12 | inner({ x: 7 });`,
  );
});

test('a traceback goes through awaits, through earlier cells (by number) and through lib (by package)', async () => {
  const earlier = await kernel.run(`import { Rng } from 'pglab';

async function draw(p: number[]) {
  await null;
  return new Rng(1).categorical(p);
}`);
  const text = errorText(await kernel.run('\n\nawait draw([0.5, 0.6]);'));
  assert.match(text, /^RangeError: probabilities sums to 1\.1/);
  assert.match(text, /at Rng\.categorical \(pglab\/dist\/math\/rng\.js:\d+:\d+\)/);
  const n = earlier.reply.execution_count;
  assert.match(text, new RegExp(`at draw \\(cell \\[${n}\\] line 5\\)\\n +5 \\|   return new Rng`));
  assert.match(text, /at cell line 3\n +3 \| await draw/);
});

test('errors keep their class, their causes, and lose the paths in their messages', async () => {
  const own = await kernel.run(
    'class Own extends Error {}\nthrow new Own(process.cwd() + "/data.csv is bad");',
  );
  assert.match(errorText(own), /^Own: data\.csv is bad\n {4}at cell line 2/);
  const caused = await kernel.run(
    "try {\n  JSON.parse('{');\n} catch (cause) {\n  throw new Error('outer', { cause });\n}",
  );
  assert.match(
    errorText(caused),
    /^Error: outer\n[\s\S]*cell line 4\n[\s\S]*\nCaused by SyntaxError: [\s\S]*cell line 2\n/,
  );
  const module = await kernel.run("require('./nowhere')");
  assert.match(errorText(module), /^Error: Cannot find module '\.\/nowhere'/);
  const endless = await kernel.run('function f(): number {\n  return f() + 1;\n}\nf();');
  assert.match(
    errorText(endless),
    /^RangeError: Maximum call stack[\s\S]*cell line 2[\s\S]*\.\.\. and \d+ more times \.\.\.$/,
  );
});

test('whatever is thrown is an error', async () => {
  const evalue = async code => {
    const result = await kernel.run(code);
    errorText(result);
    assert.equal(result.error.ename, 'Uncaught');
    return result.error.evalue;
  };
  assert.equal(await evalue("throw 'text'"), 'text');
  assert.equal(await evalue('throw undefined'), 'undefined');
  assert.equal(await evalue('throw null'), 'null');
  assert.equal(await evalue('throw { code: 7 }'), '{ code: 7 }');
  assert.equal(await evalue('await Promise.reject(3)'), '3');
});

test('what does not compile is an error with line, column and text', async () => {
  const types = await kernel.run("const a = 1;\nconst text: string = a;\nlet n: number = 'n';");
  assert.equal(types.error.ename, 'TypeScriptError');
  assert.equal(types.error.evalue, "2:7 - Type 'number' is not assignable to type 'string'. (and 1 more)");
  assert.match(
    errorText(types),
    /cell line 2:7 - .*\n +2 \| const text: string = a;\n {18}\^\ncell line 3:5 - /,
  );
  const syntax = await kernel.run('const b = (1;');
  assert.equal(syntax.error.ename, 'TypeScriptError');
  const parse = await kernel.run('\nimport.meta.url');
  assert.equal(parse.error.ename, 'SyntaxError');
  assert.match(errorText(parse), /at cell line 2\n/);
});

test('a rejection that nobody handles, and an error in a timer, are errors of the cell', async () => {
  const rejected = await kernel.run("\nPromise.reject(new TypeError('unheard')); 0");
  assert.match(errorText(rejected), /^TypeError: unheard\n {4}at cell line 2/);
  const timer = await kernel.run("setTimeout(() => {\n  throw new Error('in a timer');\n}, 0); 0");
  assert.match(errorText(timer), /^Error: in a timer\n {4}at .*\(cell line 2\)/);
  const began = performance.now();
  const waiting = await kernel.run(
    "setTimeout(() => { throw new Error('later') }, 50); await new Promise(r => setTimeout(r, 30_000));",
  );
  assert.match(errorText(waiting), /^Error: later/);
  assert.ok(performance.now() - began < 10_000, 'the cell does not wait for what will not come');
});

test('an error after the cell goes to its stderr, and the kernel lives', async () => {
  const id = kernel.send(
    'shell',
    'execute_request',
    cell("setTimeout(() => { throw new Error('afterwards') }, 400); console.log('done')"),
  );
  const printed = await new Promise(resolve =>
    kernel.waiting.set(id, m => m.content.name === 'stderr' && resolve(m.content.text)),
  );
  assert.match(printed, /After the cell ended: Error: afterwards\n {4}at .*\(cell \[\d+\] line 1\)/);
  assert.equal((await kernel.run('1 + 1')).stdout, '2\n');
});

test('after an error what was sent before its reply is aborted, and what was sent after it runs', async () => {
  const send = code => kernel.request('execute_request', cell(code));
  const failing = send("for (const end = Date.now() + 300; Date.now() < end; );\nthrow new Error('stop')");
  const queued = [send("console.log('queued 1')"), send("console.log('queued 2')")];
  const error = summary(await failing);
  const later = summary(await send("console.log('later')"));
  assert.equal(error.reply.status, 'error');
  for (const result of (await Promise.all(queued)).map(summary)) {
    assert.equal(result.reply.status, 'aborted');
    assert.deepEqual(types(result.iopub), ['busy', 'idle']);
  }
  assert.equal(later.stdout, 'later\n');
  assert.equal(
    later.reply.execution_count,
    error.reply.execution_count + 1,
    'what is aborted is not counted',
  );
});

test('stop_on_error=false, of the request that failed, aborts nothing', async () => {
  const failing = kernel.request(
    'execute_request',
    cell("await null; throw new Error('go on')", { stop_on_error: false }),
  );
  const queued = kernel.request('execute_request', cell("console.log('went on')"));
  assert.equal((await failing).reply.status, 'error');
  assert.equal(summary(await queued).stdout, 'went on\n');
});

test('silent and store_history=false do not count', async () => {
  const { execution_count: count } = (await kernel.run('0')).reply;
  const silent = await kernel.run("console.log('printed'); 'a result'", { silent: true });
  assert.deepEqual(types(silent.iopub), ['busy', 'stream', 'idle']);
  assert.equal(silent.stdout, 'printed\n');
  const unstored = await kernel.run("'unstored'", { store_history: false });
  assert.equal(unstored.stdout, 'unstored\n');
  assert.ok(types(unstored.iopub).includes('execute_input'));
  assert.equal((await kernel.run('0')).reply.execution_count, count + 1);
});

test('completion and inspection know lib, and are answered while a cell awaits', async () => {
  await kernel.run("import { Rng as Random } from 'pglab';\nconst random = new Random(3);");
  const waiting = kernel.run('await new Promise(r => setTimeout(r, 1000)); 1');
  const code = 'random.cat';
  const began = performance.now();
  const { reply } = await kernel.request('complete_request', { code, cursor_pos: code.length });
  assert.deepEqual(reply, { ...reply, status: 'ok', cursor_start: 7, cursor_end: 10 });
  assert.ok(reply.matches.includes('categorical') && reply.matches[0].startsWith('categorical'));
  const { reply: info } = await kernel.request('inspect_request', {
    code: 'random.permutation(3)',
    cursor_pos: 9,
    detail_level: 0,
  });
  assert.equal(info.status, 'ok');
  assert.equal(info.found, true);
  assert.match(info.data['text/plain'], /permutation\(n: number\): Int32Array[\s\S]*Fisher and Yates/);
  assert.ok(performance.now() - began < 900, 'answered before the cell ended');
  assert.equal((await waiting).reply.status, 'ok');
});

test("the protocol's other requests are answered", async () => {
  const { reply: complete } = await kernel.request('is_complete_request', { code: 'function f() {' });
  assert.equal(complete.status, 'incomplete');
  const { reply: history } = await kernel.request('history_request', { hist_access_type: 'tail', n: 10 });
  assert.equal(history.status, 'ok');
  assert.equal(history.history.length, 10);
  const { reply: ports } = await kernel.request('connect_request');
  assert.equal(ports.shell_port, kernel.connection.shell_port);
  const comms = await kernel.request('comm_info_request', { target_name: 'jupyter.widget' });
  assert.equal(comms.replyType, 'comm_info_reply');
  assert.deepEqual(comms.reply, { status: 'ok', comms: {} });
  const open = { comm_id: 'c', target_name: 'x', data: {} };
  const opened = await kernel.request('comm_open', open, { noReply: true });
  assert.deepEqual(types(opened.iopub), ['busy', 'comm_close', 'idle']);
  const unknown = await kernel.request('unheard_of_request', {}, { noReply: true });
  assert.deepEqual(types(unknown.iopub), ['busy', 'idle']);
  assert.equal(kernel.terminal, '');
});

test('module cells, display handles and last expressions work as in tslab', async () => {
  const module = await kernel.run('/** @module shapes */\nexport const area = (r: number) => 3 * r * r;');
  assert.equal(module.reply.status, 'ok');
  assert.equal((await kernel.run("import { area } from './shapes';\narea(2)")).stdout, '12\n');
  const handle = await kernel.run(
    "import { newDisplay } from 'tslab';\nconst d = newDisplay(); d.text('a'); d.text('b');",
  );
  assert.deepEqual(types(handle.iopub).slice(2, 4), ['display_data', 'update_display_data']);
  const [first, second] = handle.iopub.slice(2, 4).map(m => m.content.transient.display_id);
  assert.equal(first, second);
  assert.equal(
    (await kernel.run('({ a: [1, 2], b: new Map([[1, 2]]) })')).stdout,
    '{ a: [ 1, 2 ], b: Map(1) { 1 => 2 } }\n',
  );
});

test("an earlier cell's name may stand in an object's shorthand", async () => {
  await kernel.run('const env = { id: "a" }; let n = 1;');
  const result = await kernel.run(`const inner = 2;
const settings = { env, n, inner, f: () => ({ n }) } as const;
({ n } = { n: 5 });
console.log(settings.env.id, settings.n, settings.inner, settings.f().n, n);`);
  assert.equal(result.stdout, 'a 1 2 5 5\n', JSON.stringify(result.error ?? result.stderr));
});

test("properties of an earlier cell's values may be renamed where they are taken apart", async () => {
  await kernel.run(
    'function judge(x: number) { return { trace: x, nested: { deep: x + 1 } }; }\nlet taken = 0;',
  );
  const result = await kernel.run(`const { trace: noise, nested: { deep: depth = 9 } } = judge(1);
({ trace: taken } = judge(7));
const inner = () => { const { trace: t } = judge(3); return t; };
console.log(noise, depth, taken, inner(), [judge(4)].map(({ trace: t }) => t)[0]);`);
  assert.equal(result.stdout, '1 2 7 3 4\n', JSON.stringify(result.error ?? result.stderr));
  await kernel.run('const J = 5; const rows = [{ J: 2, L: 3 }];');
  const shadowed = await kernel.run('console.log(rows.map(({ J: here, ...rest }) => here + J + rest.L)[0]);');
  assert.equal(shadowed.stdout, '10\n', JSON.stringify(shadowed.error ?? shadowed.stderr));
});

test('what is printed after a cell ended goes to the cell that ran last', async () => {
  const code = "setTimeout(() => console.log('late'), 500);";
  await kernel.run(code);
  const id = kernel.send('shell', 'execute_request', cell('1'));
  const late = await new Promise(resolve =>
    kernel.waiting.set(id, m => m.type === 'stream' && m.content.text === 'late\n' && resolve(m)),
  );
  assert.equal(late.parent, id);
});
