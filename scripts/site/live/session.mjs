/**
 * A session with the live kernel alone, in a browser without a window and without JupyterLite: what a cell gives is put
 * together as Jupyter's clients do it.
 */

import { joined } from '../../notebooks/files.mjs';

/**
 * Starts the kernel's worker in a page of its own.
 * @param urls kernel (the worker's script), files (where the files that cells see begin, with a slash at its end)
 * @param folder the notebook's, among these files
 * @returns run(code), which gives { outputs, status, count, seconds }; request(type, content, channel), which gives the reply; page; close
 */
export async function startSession(browser, urls, folder = '/notebooks') {
  const page = await browser.newPage();
  const empty = new URL('empty.html', urls.files).href;
  await page.route(empty, route =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>-</title>' }),
  );
  await page.goto(empty);
  await page.evaluate(startClient, { urls, folder });
  return {
    page,
    run: (code, content = {}) =>
      page.evaluate(([code, content]) => globalThis.kernel.run(code, content), [code, content]),
    request: (type, content = {}, channel = 'shell') =>
      page.evaluate(args => globalThis.kernel.request(...args), [type, content, channel]),
    close: () => page.close(),
  };
}

/** Runs all code cells of a notebook; gives it with the outputs, as `npm run notebooks` would write it. */
export async function executeNotebook(session, notebook, onCell = () => {}) {
  const executed = structuredClone(notebook);
  for (const [i, cell] of executed.cells.entries()) {
    if (cell.cell_type !== 'code') continue;
    const { outputs, status, count, seconds } = await session.run(joined(cell.source));
    cell.outputs = outputs;
    cell.execution_count = count;
    onCell({ cell: i + 1, status, seconds });
    if (status !== 'ok') {
      const { ename, evalue } = outputs.find(output => output.output_type === 'error') ?? {};
      throw new Error(`cell ${i + 1} failed: ${ename}: ${evalue}`);
    }
  }
  // A cell's display may have been updated by a later one.
  const latest = await session.page.evaluate(() => globalThis.kernel.updates());
  for (const [number, outputs] of latest) {
    const codeCells = executed.cells.filter(cell => cell.cell_type === 'code');
    codeCells[number - 1].outputs = outputs;
  }
  return executed;
}

/** In the page: a client of the kernel, left at `globalThis.kernel`. */
function startClient({ urls, folder }) {
  const worker = new Worker(urls.kernel, { name: JSON.stringify({ folder, files: urls.files }) });
  const session = crypto.randomUUID();
  const waiting = new Map();
  const cells = [];
  const displays = new Map();

  worker.onerror = event => {
    for (const { reject } of waiting.values()) reject(new Error(`The worker broke: ${event.message}`));
  };
  worker.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    const asked = waiting.get(message.parent_header.msg_id);
    if (message.channel === 'iopub') take(message, asked);
    else if (asked) asked.reply = message.content;
    if (asked?.reply && asked.idle) {
      waiting.delete(message.parent_header.msg_id);
      asked.resolve(asked.reply);
    }
  };

  function take({ header, content }, asked) {
    const outputs = asked?.outputs;
    const display = { data: content.data, metadata: content.metadata };
    const id = content.transient?.display_id;
    switch (header.msg_type) {
      case 'status':
        if (asked && content.execution_state === 'idle') asked.idle = true;
        return;
      case 'stream': {
        const last = outputs.at(-1);
        if (last?.output_type === 'stream' && last.name === content.name) last.text += content.text;
        else outputs.push({ output_type: 'stream', ...content });
        return;
      }
      case 'display_data':
        outputs.push({ output_type: 'display_data', ...display });
        if (id) displays.set(id, [...(displays.get(id) ?? []), outputs.at(-1)]);
        return;
      case 'update_display_data':
        for (const output of displays.get(id) ?? []) Object.assign(output, display);
        return;
      case 'execute_result':
        outputs.push({ output_type: 'execute_result', execution_count: content.execution_count, ...display });
        return;
      case 'error':
        outputs.push({ output_type: 'error', ...content });
    }
  }

  function send(type, content, channel, asked = {}) {
    const header = {
      msg_id: crypto.randomUUID(),
      session,
      username: 'test',
      date: '',
      msg_type: type,
      version: '5.3',
    };
    return new Promise((resolve, reject) => {
      waiting.set(header.msg_id, Object.assign(asked, { resolve, reject }));
      worker.postMessage({ channel, header, parent_header: {}, metadata: {}, content });
    });
  }

  globalThis.kernel = {
    worker,
    request: (type, content, channel) => send(`${type}_request`, content, channel),
    async run(code, content) {
      const outputs = [];
      cells.push(outputs);
      const began = performance.now();
      const reply = await send('execute_request', { code, ...content }, 'shell', { outputs });
      const { status, execution_count: count } = reply;
      return { outputs, status, count, seconds: (performance.now() - began) / 1000 };
    },
    updates: () => cells.map((outputs, i) => [i + 1, outputs]),
  };
}
