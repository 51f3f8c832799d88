import { connect, type Socket } from 'node:net';
import { send } from '../support/http.js';

/** The response; undefined: none came, and the connection was closed. */
export type RawAnswer = { readonly status: number; readonly head: string } | undefined;

/** The server waits for the rest of half a request. The fuzzer does not. */
const PATIENCE_MS = 100;

/** A whole request must be answered within this multiple of a probe's current duration. */
const PROBE_TIMES = 10;

/** One keep-alive connection that sends octets unchanged and reads one response each. */
export class RawConnection {
  private socket: Socket | undefined;
  private received = Buffer.alloc(0);
  private wake: () => void = () => undefined;

  constructor(private readonly port: number) {}

  /** Sends the octets and reads the response. Reconnects if the connection was closed. */
  async exchange(octets: Buffer): Promise<RawAnswer> {
    const socket = (this.socket ??= this.open());
    this.received = Buffer.alloc(0);
    socket.write(octets);
    const answer = await this.read(socket, octets.subarray(0, 5).toString('latin1') === 'HEAD ');
    if (!answer || /\r\nconnection: close\r\n/i.test(answer.head)) this.close();
    return answer;
  }

  close(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }

  private open(): Socket {
    const socket = connect({ host: '127.0.0.1', port: this.port, noDelay: true });
    socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.wake();
    });
    const gone = () => {
      if (this.socket === socket) this.socket = undefined;
      this.wake();
    };
    socket.on('error', gone).on('close', gone);
    return socket;
  }

  /** The current response time of the service in milliseconds. On a busy machine it exceeds PATIENCE_MS. */
  private async probeMs(): Promise<number> {
    const startedAt = performance.now();
    await send({ base: `http://127.0.0.1:${this.port}`, target: '/health/live' });
    return performance.now() - startedAt;
  }

  private async read(socket: Socket, isHead: boolean): Promise<RawAnswer> {
    let deadline = performance.now() + PATIENCE_MS;
    let isProbed = false;
    for (;;) {
      const answer = completeAnswer(this.received.toString('latin1'), isHead);
      const left = deadline - performance.now();
      if (answer || socket.destroyed) return answer;
      // A response that has begun is read to its end.
      if (left <= 0 && this.received.length === 0) {
        if (isProbed) return undefined;
        isProbed = true;
        deadline = performance.now() + PROBE_TIMES * (await this.probeMs());
        continue;
      }
      if (left <= -PATIENCE_MS * 100) return undefined;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(left, 10));
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** The first final response in the text; undefined while it is incomplete. */
function completeAnswer(text: string, isHead: boolean): RawAnswer {
  const [, status = ''] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? [];
  const end = text.indexOf('\r\n\r\n');
  if (status === '' || end < 0) return undefined;
  const head = text.slice(0, end + 2);
  if (status.startsWith('1')) return completeAnswer(text.slice(end + 4), isHead);
  const body = text.length - end - 4;
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(head) ?? [];
  const whole =
    isHead ||
    status === '204' ||
    status === '304' ||
    (length !== undefined
      ? body >= Number(length)
      : /\r\ntransfer-encoding: chunked/i.test(head)
        ? text.endsWith('0\r\n\r\n')
        : true);
  return whole ? { status: Number(status), head } : undefined;
}
