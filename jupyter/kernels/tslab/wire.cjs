/**
 * Jupyter's wire protocol (messaging version 5.3): multipart zeromq messages
 *   [identities..., "<IDS|MSG>", signature, header, parent header, metadata, content]
 * whose last four parts are JSON and are signed with the key of the connection file.
 */

'use strict';

const { createHmac, randomUUID, timingSafeEqual } = require('node:crypto');
const zmq = require('zeromq');

const DELIMITER = '<IDS|MSG>';

class Wire {
  constructor(connection) {
    this.connection = connection;
    this.session = randomUUID();
    // Without these limits lifted, zeromq.js drops what is sent after the 512th message of one tick.
    const unbounded = { sendHighWaterMark: 0, sendTimeout: 0, linger: 1000 };
    this.sockets = {
      iopub: new zmq.Publisher(unbounded),
      shell: new zmq.Router(unbounded),
      control: new zmq.Router(unbounded),
      stdin: new zmq.Router(unbounded),
      hb: new zmq.Reply(),
    };
  }

  /** Binds the sockets; from then on onShell and onControl are called with each request, onBroken with each bad one. */
  async open({ onShell, onControl, onBroken }) {
    const { transport, ip } = this.connection;
    const separator = transport === 'tcp' ? ':' : '-';
    await Promise.all(
      Object.entries(this.sockets).map(([name, socket]) =>
        socket.bind(`${transport}://${ip}${separator}${this.connection[`${name}_port`]}`),
      ),
    );
    const listen = async (name, handle) => {
      for await (const frames of this.sockets[name]) {
        let request;
        try {
          request = this.parse(name, frames);
        } catch (error) {
          onBroken(error);
          continue;
        }
        handle(request);
      }
    };
    listen('shell', onShell);
    listen('control', onControl);
    (async () => {
      for await (const frames of this.sockets.hb) await this.sockets.hb.send(frames);
    })();
  }

  close() {
    for (const socket of Object.values(this.sockets)) socket.close();
  }

  sign(parts) {
    const { key, signature_scheme: scheme } = this.connection;
    if (!key) return '';
    const hmac = createHmac(scheme.replace('hmac-', ''), key);
    for (const part of parts) hmac.update(part);
    return hmac.digest('hex');
  }

  parse(channel, frames) {
    const at = frames.findIndex(frame => frame.toString() === DELIMITER);
    const parts = frames.slice(at + 2, at + 6);
    if (at < 0 || parts.length < 4) throw new Error('A message without its parts arrived.');
    const expected = Buffer.from(this.sign(parts));
    const actual = frames[at + 1];
    if (actual.length !== expected.length || !timingSafeEqual(actual, expected))
      throw new Error('A message with a wrong signature arrived.');
    const [header, , , content] = parts.map(part => JSON.parse(part.toString()));
    return { channel, identities: frames.slice(0, at), header, content };
  }

  /** Answers `request` on the channel it came from. */
  reply(request, type, content) {
    this.send(this.sockets[request.channel], request.identities, type, request, content);
  }

  /** Tells everybody, as a consequence of `request`. */
  publish(type, request, content) {
    this.send(this.sockets.iopub, [type], type, request, content);
  }

  send(socket, identities, type, request, content) {
    const header = {
      msg_id: randomUUID(),
      session: this.session,
      username: 'kernel',
      date: new Date().toISOString(),
      msg_type: type,
      version: '5.3',
    };
    const parts = [header, request.header, {}, content].map(part => JSON.stringify(part));
    socket.send([...identities, DELIMITER, this.sign(parts), ...parts]);
  }
}

module.exports = { Wire };
