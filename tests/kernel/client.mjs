/**
 * A small Jupyter client for tests: starts the project's kernel as Jupyter does, from its kernelspec and a connection
 * file, and speaks messaging protocol 5.3 with it. Written from the protocol's documentation, apart from the kernel.
 */

import { spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import zmq from 'zeromq';

export const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
export const kernelspec = path.join(repository, 'jupyter', 'kernels', 'tslab');

/** The command that Jupyter would make of kernel.json. */
export function kernelCommand(connectionFile, resourceDir = kernelspec) {
  const { argv } = JSON.parse(readFileSync(path.join(resourceDir, 'kernel.json'), 'utf8'));
  const [, ...rest] = argv.map(word =>
    word.replace('{resource_dir}', resourceDir).replace('{connection_file}', connectionFile),
  );
  return [process.execPath, ...rest];
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map(server => server.address().port);
  await Promise.all(servers.map(server => new Promise(done => server.close(done))));
  return ports;
}

export class Kernel {
  /** Starts a kernel and waits until it answers. Its folder is where a notebook would lie. */
  static async start({ cwd = path.join(repository, 'notebooks') } = {}) {
    const kernel = new Kernel();
    kernel.folder = mkdtempSync(path.join(os.tmpdir(), 'kernel-test-'));
    const [shell, iopub, stdin, control, hb] = await freePorts(5);
    kernel.connection = {
      transport: 'tcp',
      ip: '127.0.0.1',
      shell_port: shell,
      iopub_port: iopub,
      stdin_port: stdin,
      control_port: control,
      hb_port: hb,
      key: randomUUID(),
      signature_scheme: 'hmac-sha256',
    };
    kernel.file = path.join(kernel.folder, 'connection.json');
    writeFileSync(kernel.file, JSON.stringify(kernel.connection));
    kernel.cwd = cwd;
    await kernel.launch();
    return kernel;
  }

  /** Starts the process (again, after a shutdown), as a restart in Jupyter does: with the same connection file. */
  async launch() {
    const [command, ...args] = kernelCommand(this.file);
    this.terminal = '';
    this.process = spawn(command, args, {
      cwd: this.cwd,
      env: { ...process.env, JPY_PARENT_PID: String(process.pid) }, // as Jupyter does: the kernel ends with us
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream.setEncoding('utf8').on('data', text => (this.terminal += text));
    this.exited = once(this.process, 'exit');
    this.session = randomUUID();
    this.waiting = new Map();
    this.messages = [];
    const open = (Type, port, options) => {
      const socket = new Type({ linger: 0, ...options });
      socket.connect(`tcp://127.0.0.1:${port}`);
      return socket;
    };
    this.shell = open(zmq.Dealer, this.connection.shell_port);
    this.control = open(zmq.Dealer, this.connection.control_port);
    this.iopub = open(zmq.Subscriber, this.connection.iopub_port, { receiveHighWaterMark: 0 });
    this.iopub.subscribe();
    for (const channel of ['shell', 'control', 'iopub']) this.listen(channel);
    // Answered at the latest when the kernel is ready; then once more until iopub is seen to be connected, too.
    for (;;) {
      const { iopub } = await this.request('kernel_info_request', {}, { timeout: 30_000, idle: 200 });
      if (iopub.some(m => m.content.execution_state === 'idle')) return;
    }
  }

  async listen(channel) {
    for await (const frames of this[channel]) {
      const at = frames.findIndex(frame => frame.toString() === '<IDS|MSG>');
      const parts = frames.slice(at + 2);
      if (frames[at + 1].toString() !== this.sign(parts)) throw new Error('The kernel signed wrongly.');
      const [header, parent, , content] = parts.map(part => JSON.parse(part.toString()));
      const message = { channel, type: header.msg_type, parent: parent.msg_id, content, header };
      this.messages.push(message);
      this.waiting.get(message.parent)?.(message);
    }
  }

  sign(parts) {
    const hmac = createHmac('sha256', this.connection.key);
    for (const part of parts) hmac.update(part);
    return hmac.digest('hex');
  }

  /** Sends without waiting; returns the message's id. */
  send(channel, type, content) {
    const id = randomUUID();
    const header = {
      msg_id: id,
      session: this.session,
      username: 'test',
      date: new Date().toISOString(),
      msg_type: type,
      version: '5.3',
    };
    const parts = [header, {}, {}, content].map(part => JSON.stringify(part));
    this[channel].send(['<IDS|MSG>', this.sign(parts), ...parts]);
    return id;
  }

  /**
   * Sends, and waits for the reply and for status idle (at most `idle` ms after the reply, if given).
   * @returns reply: its content; iopub: the messages in between, in order; and helpers on them
   */
  async request(type, content = {}, { channel = 'shell', timeout = 20_000, idle, noReply = false } = {}) {
    const result = { reply: noReply ? {} : undefined, replyType: undefined, iopub: [], ended: false };
    let check;
    const done = new Promise((resolve, reject) => {
      let timer = setTimeout(
        () => reject(new Error(`No end of ${type} within ${timeout} ms.\n${this.terminal}`)),
        timeout,
      );
      check = () => {
        if (!result.reply) return;
        if (!result.ended && idle === undefined) return;
        clearTimeout(timer);
        if (result.ended) resolve();
        else timer = setTimeout(resolve, idle);
      };
    });
    const id = this.send(channel, type, content);
    this.waiting.set(id, message => {
      if (message.channel === 'iopub') {
        result.iopub.push(message);
        if (message.type === 'status' && message.content.execution_state === 'idle') result.ended = true;
      } else {
        result.reply = message.content;
        result.replyType = message.type;
      }
      check();
    });
    await done;
    return result;
  }

  /** Runs a cell. @returns reply, iopub, stdout, stderr, error (the content of the error message) */
  async run(code, { timeout, ...content } = {}) {
    const result = await this.request('execute_request', cell(code, content), { timeout });
    return summary(result);
  }

  /** Ends the kernel by whatever it takes, and removes its folder. */
  async close() {
    this.disconnect();
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGKILL');
    await this.exited;
    rmSync(this.folder, { recursive: true, force: true });
  }

  disconnect() {
    for (const socket of [this.shell, this.control, this.iopub]) socket.close();
  }
}

/** The content of an execute request, with the protocol's defaults. */
export const cell = (code, content = {}) => ({
  code,
  silent: false,
  store_history: true,
  user_expressions: {},
  allow_stdin: false,
  stop_on_error: true,
  ...content,
});

export function summary(result) {
  const text = name =>
    result.iopub
      .filter(m => m.type === 'stream' && m.content.name === name)
      .map(m => m.content.text)
      .join('');
  return {
    ...result,
    stdout: text('stdout'),
    stderr: text('stderr'),
    error: result.iopub.find(m => m.type === 'error')?.content,
  };
}
