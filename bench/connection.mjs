// A keep-alive HTTP/1.1 client on a plain socket. It writes prepared bytes and finds the end of the response, nothing
// else, so that the load uses little processor time.
import net from 'node:net';

export class Connection {
  #socket;
  #received = Buffer.alloc(0);
  #settle;
  /** How often the connection was opened again because the server closed it. */
  reconnects = -1;

  constructor(host, port) {
    this.host = host;
    this.port = port;
  }

  /** Sends one request and resolves to `{ status, body }`. Status 0 means that no response came. */
  async request(bytes) {
    try {
      if (!this.#socket || this.#socket.destroyed) await this.#connect();
    } catch (error) {
      return { status: 0, body: error.message };
    }
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#socket.write(bytes);
    });
  }

  close() {
    this.#socket?.destroy();
  }

  #connect() {
    this.reconnects += 1;
    this.#received = Buffer.alloc(0);
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host: this.host, port: this.port, noDelay: true });
      this.#socket = socket;
      socket.once('connect', resolve);
      socket.on('error', (error) => {
        reject(error);
        this.#answer(0, error.message);
      });
      socket.on('data', (chunk) => this.#take(chunk));
      socket.on('close', () => this.#answer(0, 'closed'));
    });
  }

  #answer(status, body, close = false) {
    this.#received = Buffer.alloc(0);
    if (close) this.#socket.destroy();
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.({ status, body });
  }

  #take(chunk) {
    const bytes = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    this.#received = bytes;
    const headEnd = bytes.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = bytes.latin1Slice(0, headEnd);
    const status = Number(head.slice(9, 12));
    const close = /\r\nconnection: *close/i.test(head);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head);
    if (length) {
      const end = headEnd + 4 + Number(length[1]);
      if (bytes.length >= end) this.#answer(status, bytes.latin1Slice(headEnd + 4, end), close);
    } else if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
      const body = unchunk(bytes, headEnd + 4);
      if (body !== undefined) this.#answer(status, body, close);
    } else {
      this.#answer(status, '', close);
    }
  }
}

/** The body, once its last chunk has arrived. */
function unchunk(bytes, start) {
  let body = '';
  for (let at = start; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const octets = parseInt(bytes.latin1Slice(at, lineEnd), 16);
    const next = lineEnd + 2 + octets + 2;
    if (bytes.length < next) return undefined;
    if (octets === 0) return body;
    body += bytes.latin1Slice(lineEnd + 2, lineEnd + 2 + octets);
    at = next;
  }
}
