/**
 * One request in, its messages out: the kernel of the notebooks, in Node and in a browser's worker (jupyter/live). The caller
 * hands in the parts that know where they are.
 *
 * Cells run one after the other, in the order of their requests; every other request is answered at once, also while
 * a cell awaits something. A cell's messages are, in this order: status busy, execute_input, its output, at most one
 * error, the reply, status idle.
 *
 * Interrupting: all cells that begin between two interrupts share an AbortSignal, which the interrupt between them
 * aborts. A cell runs in an AsyncLocalStorage that holds its signal, and the storage is at
 * globalThis[Symbol.for('pglab.interrupt')], where lib's `checkpoint()` finds it: so a computation stops even if the
 * next cell has begun meanwhile. A cell that has not ended half a second after its interrupt is given up.
 */

'use strict';

const { AsyncLocalStorage } = require('node:async_hooks');
const { setImmediate: turn, setTimeout: sleep } = require('node:timers/promises');
const { helpAsked } = require('./assistance.cjs');
const { createConverter } = require('./converter.cjs');
const { Executor } = require('./executor.cjs');
const { History } = require('./history.cjs');
const { resultBundle } = require('./result.cjs');
const { Sources } = require('./sources.cjs');
const { Tracebacks } = require('./traceback.cjs');

const GRACE_MS = 500;
/** What is printed is sent at once, but for what exceeds so many pieces a second: that is sent in larger pieces. */
const PIECES_PER_SECOND = 200;
const OUTPUT_MS = 30;
const OUTPUT_CHARACTERS = 1 << 16;

const INTERRUPTED = {
  ename: 'Interrupted',
  evalue: 'The cell was interrupted.',
  traceback: ['Interrupted: The cell was interrupted.'],
};

class Kernel {
  /**
   * @param ts the TypeScript module  @param host the converter's view of files  @param wire carries the messages
   * @param tslab { display, load }: where cells' displays go, and the module that they import as 'tslab'
   * @param hidden folders whose frames a traceback leaves out
   */
  constructor({ ts, host, tslab, wire, hidden }) {
    this.ts = ts;
    this.display = tslab.display;
    this.converter = createConverter(ts, host);
    this.executor = new Executor(tslab.load);
    this.sources = new Sources();
    this.tracebacks = new Tracebacks(this.sources, hidden);
    this.wire = wire;

    this.pending = []; // execute requests that wait for their turn
    this.working = false;
    this.cell = null; // the one that runs, if one does
    this.lastRequest = null; // the one whose cell gets the output
    this.output = { name: '', text: '', since: 0, timer: null, second: 0, pieces: 0 };
    this.abort = new AbortController();
    this.signalOfCell = new AsyncLocalStorage();
    globalThis[Symbol.for('pglab.interrupt')] = this.signalOfCell;

    this.executionCount = 0;
    this.history = new History();
    Error.stackTraceLimit = 30; // deep in a library, the cell's own line must still be seen
  }

  async start() {
    this.takeOverOutput();
    await this.wire.open({
      onShell: request => this.receive(request),
      onControl: request => this.receive(request),
      onBroken: error => this.writeError(`${error.message}\n`),
    });
  }

  // ---- Requests -----------------------------------------------------------------------------------------------

  receive(request) {
    if (request.header.msg_type === 'execute_request') {
      this.pending.push(request);
      this.work();
      return;
    }
    this.status('busy', request);
    const type = request.header.msg_type.replace(/_request$/, '');
    try {
      const content = this.answer(type, request.content);
      if (content) this.wire.reply(request, `${type}_reply`, { status: 'ok', ...content });
      if (type === 'comm_open')
        this.publish('comm_close', request, { comm_id: request.content.comm_id, data: {} });
    } catch (error) {
      this.wire.reply(request, `${type}_reply`, { status: 'error', ...this.tracebacks.describe(error) });
    }
    this.status('idle', request);
    if (type === 'shutdown') this.stop();
  }

  /** The reply's content; undefined for what has no reply (comm messages) or is unknown to us. */
  answer(type, content) {
    switch (type) {
      case 'kernel_info':
        return kernelInfo(this.ts.version);
      case 'is_complete':
        return this.converter.isComplete(content.code);
      case 'inspect': {
        const text = this.converter.inspect(content.code, units(content.code, content.cursor_pos));
        return {
          found: text !== undefined,
          data: text === undefined ? {} : { 'text/plain': text },
          metadata: {},
        };
      }
      case 'complete': {
        const { code, cursor_pos } = content;
        const { start, end, candidates } = this.converter.complete(code, units(code, cursor_pos));
        const [cursor_start, cursor_end] = [start, end].map(at => characters(code, at));
        return { matches: candidates, cursor_start, cursor_end, metadata: {} };
      }
      case 'comm_info':
        return { comms: {} };
      case 'history':
        return { history: this.history.answer(content) };
      case 'connect': {
        const ports = Object.entries(this.wire.connection).filter(([key]) => key.endsWith('_port'));
        return Object.fromEntries(ports);
      }
      case 'interrupt':
        this.interrupt();
        return {};
      case 'shutdown':
        return { restart: content.restart === true };
      default:
        return undefined;
    }
  }

  stop() {
    this.converter.close();
    this.wire.close();
    process.exit(0);
  }

  // ---- Cells --------------------------------------------------------------------------------------------------

  async work() {
    if (this.working) return;
    this.working = true;
    while (this.pending.length > 0) {
      const request = this.pending.shift();
      this.status('busy', request);
      const error = await this.execute(request);
      let aborted = [];
      if (error && request.content.stop_on_error !== false) {
        await this.arrivals();
        aborted = this.pending.splice(0);
      }
      const execution_count = this.executionCount;
      this.wire.reply(
        request,
        'execute_reply',
        error
          ? { status: 'error', execution_count, ...error }
          : { status: 'ok', execution_count, payload: request.payload ?? [], user_expressions: {} },
      );
      this.status('idle', request);
      for (const other of aborted) {
        this.status('busy', other);
        this.wire.reply(other, 'execute_reply', { status: 'aborted' });
        this.status('idle', other);
      }
    }
    this.working = false;
  }

  /** Runs a cell; what it publishes as its error is returned. */
  async execute(request) {
    const { code, silent, store_history: counted = true } = request.content;
    if (!silent && counted) {
      this.executionCount++;
      this.history.add(this.executionCount, code);
    }
    if (!silent) this.publish('execute_input', request, { code, execution_count: this.executionCount });
    this.lastRequest = request;
    this.display.lastWriteDisplayData = (data, update) =>
      this.publish(update ? 'update_display_data' : 'display_data', request, data);

    const cell = {
      request,
      script: undefined,
      diagnostics: undefined,
      failure: undefined,
      giveUp: undefined,
    };
    if (this.abort.signal.aborted) this.abort = new AbortController();
    const { signal } = this.abort;
    this.cell = cell;
    try {
      await this.signalOfCell.run(signal, () => this.runCell(cell));
      // The short turn in which a rejection that nobody handles, or a timer of no delay, makes itself known.
      await sleep(1);
      await turn();
    } catch (error) {
      cell.failure ??= { thrown: error };
    }
    clearTimeout(cell.giveUp);
    this.cell = null;
    this.flush();
    if (cell.failure?.thrown?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') this.interrupt();
    const error = this.errorOf(cell, signal.aborted);
    if (error) this.publish('error', request, error);
    return error;
  }

  errorOf({ request, script, diagnostics, failure }, interrupted) {
    if (diagnostics) return this.tracebacks.describeDiagnostics(diagnostics, request.content.code);
    if (!failure) return undefined;
    return interrupted ? INTERRUPTED : this.tracebacks.describe(failure.thrown, script);
  }

  /** Compiles a cell and runs it; keeps what it declares if it comes to its end. */
  async runCell(cell) {
    const { code, silent } = cell.request.content;
    const asked = helpAsked(code);
    if (asked !== undefined) {
      const text = this.converter.inspect(asked, asked.length) ?? `${asked} is not known here.`;
      cell.request.payload = [{ source: 'page', data: { 'text/plain': text }, start: 0 }];
      return;
    }
    const module = this.converter.moduleNamed(code);
    if (module) {
      // It is defined all the same: what is wrong with it shows where it is used, too.
      for (const { start, messageText } of this.converter.addModule(module, code))
        console.error(`${start.line + 1}:${start.character + 1} - ${messageText}`);
      return;
    }
    const converted = this.converter.convert(code);
    if (converted.diagnostics.length > 0) {
      cell.diagnostics = converted.diagnostics;
      return;
    }
    const { script, body } = this.sources.register(`[${this.executionCount}]`, code, converted);
    cell.script = script;
    const { value, declared } = await this.executor.run({ ...converted, body });
    const { cell: number, inUse } = converted.keep();
    this.executor.keep(number, declared, inUse);
    if (value === undefined || value === null || silent) return;
    const shown = await resultBundle(value);
    if (shown)
      this.publish('execute_result', cell.request, { execution_count: this.executionCount, ...shown });
    else console.log(value);
  }

  /** Lets every message in that was sent before now. */
  async arrivals() {
    for (let quiet = 0, seen = this.pending.length; quiet < 3; quiet++) {
      await turn();
      if (this.pending.length > seen) quiet = 0;
      seen = this.pending.length;
    }
  }

  // ---- What comes from outside ----------------------------------------------------------------------------------

  interrupt() {
    const again = this.abort.signal.aborted;
    this.abort.abort();
    if (!this.cell) return;
    if (again) this.executor.interrupt();
    else this.cell.giveUp = setTimeout(() => this.executor.interrupt(), GRACE_MS);
  }

  /** An exception in a timer, or a rejection that nobody handles: the running cell's error, if there is one. */
  uncaught(thrown) {
    if (thrown?.name === 'InterruptedError') return; // a computation in the background that stopped as it was told
    if (this.cell) {
      this.cell.failure ??= { thrown };
      this.executor.interrupt();
    } else {
      this.writeError(`After the cell ended: ${this.tracebacks.describe(thrown).traceback.join('\n')}\n`);
    }
  }

  // ---- Output ---------------------------------------------------------------------------------------------------

  /** From here on, what the process prints goes to the cell that ran last. */
  takeOverOutput() {
    const nativeError = process.stderr.write.bind(process.stderr);
    const nativeWrite = { stdout: process.stdout.write.bind(process.stdout), stderr: nativeError };
    this.writeError = text => (this.lastRequest ? this.write('stderr', text) : nativeError(text));
    for (const name of ['stdout', 'stderr'])
      process[name].write = (chunk, encoding, callback) => {
        if (!this.lastRequest) return nativeWrite[name](chunk, encoding, callback);
        this.write(name, typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
        const done = typeof encoding === 'function' ? encoding : callback;
        if (done) process.nextTick(done);
        return true;
      };
  }

  write(name, text) {
    const { output } = this;
    if (name !== output.name) this.flush();
    const now = performance.now();
    if (now - output.second > 1000) Object.assign(output, { second: now, pieces: 0 });
    if (output.text === '') Object.assign(output, { name, since: now });
    output.text += text;
    const late = now - output.since > OUTPUT_MS || output.text.length > OUTPUT_CHARACTERS;
    if (++output.pieces <= PIECES_PER_SECOND || late) this.flush();
    else output.timer ??= setTimeout(() => this.flush(), OUTPUT_MS);
  }

  flush() {
    const { name, text, timer } = this.output;
    if (text === '') return;
    clearTimeout(timer);
    Object.assign(this.output, { text: '', timer: null });
    this.wire.publish('stream', this.lastRequest, { name, text });
  }

  status(execution_state, request) {
    this.publish('status', request, { execution_state });
  }

  /** Publishes, but what was printed before goes first. */
  publish(type, request, content) {
    this.flush();
    this.wire.publish(type, request, content);
  }
}

/** The kernel's answer to who it is. JupyterLab and the classic notebook find their highlighting by the modes. */
const kernelInfo = version => ({
  protocol_version: '5.3',
  implementation: 'tslab',
  implementation_version: '1.0.0',
  language_info: {
    name: 'typescript',
    version,
    mimetype: 'text/typescript',
    file_extension: '.ts',
    codemirror_mode: { mode: 'typescript', name: 'javascript', typescript: true },
  },
  banner: 'TypeScript',
});

/** Jupyter counts a cell's characters, JavaScript their UTF-16 units. */
const units = (code, position) => [...code].slice(0, position).join('').length;
const characters = (code, position) => [...code.slice(0, position)].length;

module.exports = { Kernel };
