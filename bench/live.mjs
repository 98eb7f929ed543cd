/**
 * `npm run bench:live [-- rounds]`: what the live pages of the site cost, the one with sliders and a notebook in site/live. The
 * first visit and the second, with an empty cache and with what the first left: seconds until the first figure stands, requests,
 * megabytes as they lie on the disk and as a server that compresses would send them. Then PPO-Clip in the tab's kernel and in
 * Node, one thread each, in turn.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '../scripts/setup/paths.mjs';
import { firstFigure, startLive } from '../scripts/site/live/check.mjs';
import { startSession } from '../scripts/site/live/session.mjs';

const site = join(root, 'site');
const rounds = Number(process.argv[2] ?? 3);
const STEPS = 100_000;

if (!existsSync(join(site, 'live'))) {
  console.log('There is no site/live: run npm run site first.');
  process.exit(1);
}

const train = (load, tell) => `${load}
const env = cartPole();
const networks = () => ({ policy: mlpPolicy({ env, seed: 1 }), critic: mlp({ inputs: 4, outputs: 1, seed: 2 }) });
await ppoClip({ env, ...networks(), seed: 1, totalSteps: 20_000 });
const began = performance.now();
await ppoClip({ env, ...networks(), seed: 1, totalSteps: ${STEPS} });
${tell}(${STEPS} / ((performance.now() - began) / 1000));`;

const names = '{ cartPole, mlp, mlpPolicy, ppoClip }';

function inNode() {
  const code = train(`import * as pglab from 'pglab'; const ${names} = pglab;`, 'console.log');
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: root,
    encoding: 'utf8',
  });
  if (!Number(stdout)) throw new Error(stderr);
  return Number(stdout);
}

async function inTab(session) {
  const { outputs } =
    await session.run(`{ const f = async () => { ${train(`const ${names} = pglab;`, 'console.log')} };
await f(); }`);
  return Number(outputs[0].text);
}

const live = await startLive(site);
const median = numbers => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** Compressed size of what a request got: text as a server packs it; what is packed already, as it is. */
const packed = new Map();
function compressed({ path, bytes }) {
  if (bytes === 0) return 0;
  const file = join(site, path.replace('/some/where/', ''));
  const whole = existsSync(file) && statSync(file).isDirectory() ? join(file, 'index.html') : file;
  if (/\.(woff2?|png)$/.test(whole)) return bytes;
  if (!packed.has(whole)) packed.set(whole, gzipSync(readFileSync(whole)).length);
  return packed.get(whole);
}

/** Visits a page twice in one browser, and says what each visit cost. `visit` tells how long it took, by the clock it is given. */
async function visits(what, visit) {
  const context = await live.browser.newContext({ viewport: { width: 1200, height: 900 } });
  for (const which of ['first', 'second']) {
    const before = live.server.requests.length;
    const began = performance.now();
    const told = await visit(context, () => `${((performance.now() - began) / 1000).toFixed(1)} s`);
    const requests = live.server.requests.slice(before);
    const sum = of => (requests.reduce((total, request) => total + of(request), 0) / 1e6).toFixed(1);
    console.log(
      `${what}, ${which} visit: ${told}; ${requests.length} requests, ${sum(request => request.bytes)} MB, ` +
        `compressed ${sum(compressed)} MB`,
    );
  }
  await context.close();
}

await visits('the lecture, live', async (context, passed) => {
  const page = await context.newPage();
  await page.goto(`${live.server.address}/lecture-live.html`);
  await page.locator('.js-plotly-plot .main-svg').first().waitFor();
  const figure = passed();
  await page.close();
  return `first figure after ${figure}`;
});

await visits('notebook 00', async (context, passed) => {
  const { page } = await live.open('00-start-here.ipynb', { context });
  await firstFigure(page);
  const figure = passed();
  await page.evaluate(async () => {
    await globalThis.jupyterapp.shell.currentWidget.sessionContext.ready;
    await globalThis.jupyterapp.shell.currentWidget.sessionContext.session.kernel.info;
  });
  const ready = passed();
  await page.close();
  return `first figure after ${figure}, kernel ready after ${ready}`;
});

const urls = {
  kernel: `${live.server.address}/live/extensions/@pglab/live-kernel/static/kernel/worker.js`,
  files: `${live.server.address}/live/files/`,
};
const session = await startSession(live.browser, urls);
await session.run("import * as pglab from 'pglab';");
const speeds = { node: [], tab: [] };
for (let i = 0; i < rounds; i++) {
  speeds.node.push(inNode());
  speeds.tab.push(await inTab(session));
}
const ratios = speeds.tab.map((speed, i) => speed / speeds.node[i]);
const shown = list => list.map(x => Math.round(x).toLocaleString('en')).join(', ');
console.log(
  `PPO-Clip on CartPole, steps/s: Node ${process.version} ${shown(speeds.node)}; the tab ${shown(speeds.tab)}`,
);
console.log(
  `the tab's share: ${ratios.map(x => x.toFixed(2)).join(', ')}; median ${median(ratios).toFixed(2)}`,
);
await live.close();
