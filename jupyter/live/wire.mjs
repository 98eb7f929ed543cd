/** Jupyter messages between the page and this worker, as plain objects; the twin of jupyter/kernels/tslab/wire.cjs. */

export class Wire {
  connection = {};

  /** From now on, onShell and onControl are called with each request. */
  async open({ onShell, onControl }) {
    self.onmessage = ({ data: request }) => (request.channel === 'control' ? onControl : onShell)(request);
  }

  close() {
    self.onmessage = null;
  }

  /** Answers `request` on the channel it came from. */
  reply(request, type, content) {
    this.send(request.channel, type, request, content);
  }

  /** Tells everybody, as a consequence of `request`. */
  publish(type, request, content) {
    this.send('iopub', type, request, content);
  }

  send(channel, type, { header: parent }, content) {
    const header = {
      msg_id: crypto.randomUUID(),
      session: parent.session,
      username: 'kernel',
      date: new Date().toISOString(),
      msg_type: type,
      version: '5.3',
    };
    // As JSON, which holds what a notebook's file can hold: cells may show objects that no message can carry.
    self.postMessage(JSON.stringify({ channel, header, parent_header: parent, metadata: {}, content }));
  }
}
