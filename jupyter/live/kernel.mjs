/**
 * The page's side of the kernel: a worker of ./worker.mjs behind JupyterLite's interface of a kernel (IKernel of
 * @jupyterlite/services). Messages pass through as they are; the worker answers them as the kernel in Node does.
 */

/** How long a worker may take to hear an interrupt before it counts as one that computes without a pause. */
const DEAF_MS = 2000;

const LOST = {
  ename: 'Interrupted',
  evalue:
    'The cell computed without a pause, so the kernel was ended with it: run the cells above once more.',
};

export class LiveKernel {
  /**
   * @param options JupyterLite's: id, name, location (the notebook's folder), sendMessage
   * @param urls script (the worker's), files (where the site's files begin), site (the application's)
   * @param context gives the name by which the page answers the service worker; undefined where there is none
   * @param Signal Lumino's
   */
  constructor({ id, name, location, sendMessage }, urls, context, Signal) {
    Object.assign(this, { id, name, location, sendMessage, urls, context });
    this.disposed = new Signal(this);
    this.isDisposed = false;
    this.ready = Promise.resolve();
    /** Requests to run a cell that have no reply yet, and the interrupt that has none. */
    this.running = new Map();
    this.start();
  }

  start() {
    const folder = `/${this.location.replace(/^.*:/, '').replace(/^\/+|\/+$/g, '')}`;
    const { script, files, site } = this.urls;
    this.worker = new Worker(script, {
      name: JSON.stringify({ folder, files, site, context: this.context() }),
    });
    this.worker.onmessage = ({ data }) => this.pass(JSON.parse(data));
    this.worker.onerror = ({ message }) =>
      this.giveUp({ ename: 'DeadKernel', evalue: `The kernel does not start: ${message}` });
  }

  /** From the worker to whoever asked. */
  pass(message) {
    const { msg_id: asked } = message.parent_header;
    if (asked === this.interrupting?.id) {
      if (message.channel === 'control') this.heard();
      return;
    }
    if (message.header.msg_type === 'execute_reply') this.running.delete(asked);
    this.sendMessage({ ...message, buffers: [] });
  }

  async handleMessage({ channel, header, parent_header, metadata, content }) {
    if (header.msg_type === 'execute_request') this.running.set(header.msg_id, header);
    this.worker.postMessage({ channel, header, parent_header, metadata, content });
  }

  /** Asks the cell to stop; ends the worker if that does not even hear it. */
  interrupt() {
    if (this.interrupting) return;
    const id = crypto.randomUUID();
    this.interrupting = { id, timer: setTimeout(() => this.restartDeaf(), DEAF_MS) };
    const header = {
      msg_id: id,
      msg_type: 'interrupt_request',
      session: '',
      username: '',
      date: '',
      version: '5.3',
    };
    this.worker.postMessage({ channel: 'control', header, parent_header: {}, metadata: {}, content: {} });
  }

  heard() {
    clearTimeout(this.interrupting?.timer);
    this.interrupting = undefined;
  }

  restartDeaf() {
    this.heard();
    this.worker.terminate();
    this.giveUp(LOST);
    this.start();
  }

  /** Answers all that wait in the worker's place: the first with an error, the others as aborted. */
  giveUp(error) {
    const traceback = [`${error.ename}: ${error.evalue}`];
    for (const [i, parent] of [...this.running.values()].entries()) {
      const say = (channel, type, content) => this.sendMessage(messageOf(channel, type, content, parent));
      const failure = { ...error, traceback };
      if (i === 0) say('iopub', 'error', failure);
      say('shell', 'execute_reply', {
        ...(i === 0 ? { status: 'error', ...failure } : { status: 'aborted' }),
        execution_count: null,
      });
      say('iopub', 'status', { execution_state: 'idle' });
    }
    this.running.clear();
  }

  dispose() {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.heard();
    this.worker.terminate();
    this.disposed.emit(undefined);
  }
}

const messageOf = (channel, type, content, parent) => ({
  channel,
  header: {
    msg_id: crypto.randomUUID(),
    session: parent.session,
    username: 'kernel',
    date: new Date().toISOString(),
    msg_type: type,
    version: '5.3',
  },
  parent_header: parent,
  metadata: {},
  content,
  buffers: [],
});
