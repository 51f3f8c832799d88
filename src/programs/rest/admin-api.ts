import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientSettings } from '../../config/client-settings.js';
import { printable } from './printable.js';

/** The service refused the call or did not respond. The message is for people. */
export class AdminApiError extends Error {
  constructor(
    message: string,
    /** Undefined if the service did not respond. */
    readonly status?: number,
    /** The problem (RFC 9457) as received. */
    readonly problem?: Problem,
  ) {
    super(message);
  }
}

/** RFC 9457, as the admin API writes it. */
interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
  readonly requestId?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

export type Query = Readonly<Record<string, string | undefined>>;

/** A page of a list. */
export interface Page {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly nextCursor: string | null;
}

const TIMEOUT_MS = 30_000;
/** For one call. Repetitions of a POST have the same Idempotency-Key. */
const ATTEMPTS = 4;
/** One per second: an attempt with unknown result reserves its key for at most ten seconds (idempotency/). */
const ATTEMPTS_IN_FLIGHT = 12;
const LONGEST_WAIT_SECONDS = 60;
const AGAIN_LATER = new Set([429, 503]);

/** The admin API of a running service. */
export class AdminApi {
  constructor(private readonly settings: ClientSettings) {}

  /**
   * One call. A POST has an Idempotency-Key, so that a repetition after a lost response creates nothing twice. After
   * 429, 503 or a temporary conflict (409), the call is repeated when the time in Retry-After is over.
   *
   * @returns the JSON of the response; undefined if it has none
   * @throws AdminApiError
   */
  async call(method: string, path: string, body?: unknown, query: Query = {}): Promise<unknown> {
    const headers: Record<string, string> = {
      Authorization: `Bearer ${this.settings.apiKey}`,
      Accept: 'application/json, application/problem+json',
    };
    if (body !== undefined) {
      headers['Content-Type'] =
        method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    }
    if (method === 'POST') headers['Idempotency-Key'] = randomUUID();
    const url = `${this.settings.url}${path}${queryOf(query)}`;
    for (let attempt = 1; ; attempt += 1) {
      const reply = await this.send(url, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (attempt < attemptsAfter(reply)) {
        await reply.arrayBuffer();
        await sleep(1000 * secondsToWait(reply.headers.get('retry-after')));
        continue;
      }
      return await readReply(reply);
    }
  }

  /** The pages of a list from a cursor on: one page, or all of them. */
  async *pages(path: string, query: Query, all: boolean): AsyncGenerator<Page> {
    let cursor = query['cursor'];
    do {
      const page = (await this.call('GET', path, undefined, { ...query, cursor })) as Page;
      yield page;
      cursor = page.nextCursor ?? undefined;
    } while (all && cursor !== undefined);
  }

  private async send(url: string, request: RequestInit): Promise<Response> {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      return await fetch(url, { ...request, redirect: 'manual', signal });
    } catch (error) {
      const { cause, message } = error as Error;
      const { code, message: why } = (cause ?? { message }) as NodeJS.ErrnoException;
      throw new AdminApiError(
        `${this.settings.url} can't be reached: ${code ?? why}. OAUTH10_URL says where the admin listener is.`,
      );
    }
  }
}

const queryOf = (query: Query): string => {
  const given = Object.entries(query).filter(
    (one): one is [string, string] => one[1] !== undefined,
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
};

/** The only temporary conflict is the one with a former attempt; it has Retry-After. */
const attemptsAfter = ({ status, headers }: Response): number => {
  if (status === 409 && headers.has('retry-after')) return ATTEMPTS_IN_FLIGHT;
  return AGAIN_LATER.has(status) ? ATTEMPTS : 1;
};

const secondsToWait = (retryAfter: string | null): number => {
  const seconds = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : 1;
  return Math.min(seconds, LONGEST_WAIT_SECONDS);
};

async function readReply(reply: Response): Promise<unknown> {
  const text = await reply.text();
  if (reply.ok && text === '') return undefined;
  const json = parsed(text);
  if (reply.ok && json !== undefined) return json;
  if (json === undefined || reply.ok) {
    throw new AdminApiError(
      `This is no admin listener: it answers ${reply.status} without JSON. OAUTH10_URL says where it is.`,
    );
  }
  throw new AdminApiError(inWords(reply.status, json), reply.status, json);
}

function parsed(text: string): Problem | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The text of a problem: the detail, then each field by its pointer, then the request id to search in the log. */
function inWords(status: number, { title, detail, code, requestId, errors = [] }: Problem): string {
  return [
    `${detail ?? title ?? 'Refused.'} (${status}${code === undefined ? '' : ` ${code}`})`,
    ...errors.map((one) => `  ${one.pointer === '' ? 'the whole' : one.pointer} ${one.detail}`),
    ...(requestId === undefined ? [] : [`  request ${requestId}`]),
  ]
    .map(printable)
    .join('\n');
}
