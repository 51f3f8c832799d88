/**
 * A minimal browser: it keeps cookies, finds fields and buttons by their visible text, submits forms as a browser
 * does, and follows redirects within the service. It runs no scripts.
 */
import { send, type HttpReply } from './http.js';
import { multipart, type Part } from './multipart.js';

/** A form, addressed by its visible labels. */
export interface Form {
  readonly action: string;
  /** Name and value of the fields that are hidden, checked, selected or prefilled. */
  readonly fields: [string, string][];
  /** Names of the fields by label. */
  readonly labels: ReadonlyMap<string, string>;
  /** Fields that pressing a button adds, by the button's label. */
  readonly buttons: ReadonlyMap<string, [string, string][]>;
}

const MAX_REDIRECTS = 5;

export class TestBrowser {
  /** The last page that was shown, and its address. */
  page!: HttpReply;

  /** @param headers added to every request */
  constructor(
    private readonly base: string,
    private readonly headers: readonly (readonly [string, string])[] = [],
    readonly cookies = new Map<string, string>(),
  ) {}

  /** Another tab of the same browser: it has its own page and shares the cookies. */
  newTab(): TestBrowser {
    return new TestBrowser(this.base, this.headers, this.cookies);
  }

  /** Opens a page of the service and follows redirects within the service. */
  async open(target: string): Promise<HttpReply> {
    return this.follow(await this.request('GET', target));
  }

  /** Presses a button; `filled` is keyed by field label, `unticked` lists values of checkboxes. */
  async press(
    label: string,
    { filled = {}, unticked = [] }: { filled?: Record<string, string>; unticked?: string[] } = {},
  ): Promise<HttpReply> {
    const form = this.formWith(label);
    let fields = form.fields.filter(([, value]) => !unticked.includes(value));
    for (const [name, value] of Object.entries(filled)) {
      const field = form.labels.get(name);
      if (field === undefined) throw new Error(`no field is labelled ${name}`);
      fields = [...fields.filter(([other]) => other !== field), [field, value]];
    }
    return this.post(form.action, [...fields, ...(form.buttons.get(label) ?? [])]);
  }

  /** Posts fields to the target, as a page of the service would. */
  async post(
    target: string,
    fields: readonly (readonly [string, string])[],
    headers: readonly (readonly [string, string])[] = [['Origin', this.base]],
  ): Promise<HttpReply> {
    const body = new URLSearchParams(fields as [string, string][]).toString();
    return this.follow(await this.request('POST', target, body, headers));
  }

  /** Posts parts as multipart/form-data, as a form with a file does. */
  async upload(
    target: string,
    parts: readonly Part[],
    headers: readonly (readonly [string, string])[] = [['Origin', this.base]],
  ): Promise<HttpReply> {
    const { type, body } = multipart(parts);
    return this.follow(await this.request('POST', target, body, headers, type));
  }

  /** The form on the page that has this button. */
  formWith(label: string): Form {
    const form = formsIn(this.page.text).find(({ buttons }) => buttons.has(label));
    if (!form) throw new Error(`no button ${label} on: ${this.title}`);
    return form;
  }

  /** The heading of the page, without the marks that isolate names. */
  get title(): string {
    return textOf(/<h1[^>]*>(.*?)<\/h1>/s.exec(this.page.text)?.[1] ?? '');
  }

  /** All visible text of the page. */
  get text(): string {
    return textOf(/<body[^>]*>(.*)<\/body>/s.exec(this.page.text)?.[1] ?? '');
  }

  private async request(
    method: string,
    target: string,
    body?: string,
    more: readonly (readonly [string, string])[] = [],
    type = 'application/x-www-form-urlencoded',
  ): Promise<HttpReply> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await send({
      base: this.base,
      method,
      target,
      body,
      headers: [
        ...this.headers,
        ...more,
        ...(cookie === '' ? [] : [['Cookie', cookie] as [string, string]]),
        ...(body === undefined ? [] : [['Content-Type', type] as [string, string]]),
      ],
    });
    for (const [name, value] of reply.rawHeaders) {
      if (name.toLowerCase() !== 'set-cookie') continue;
      const [, key = '', content = ''] = /^([^=]+)=([^;]*)/.exec(value) ?? [];
      if (content === '') this.cookies.delete(key);
      else this.cookies.set(key, content);
    }
    return reply;
  }

  /** Follows redirects within the service. A redirect to elsewhere is returned as the reply. */
  private async follow(reply: HttpReply): Promise<HttpReply> {
    let current = reply;
    for (let hops = 0; hops < MAX_REDIRECTS; hops += 1) {
      const location = current.headers['location'];
      if (location === undefined || !location.startsWith('/')) break;
      current = await this.request('GET', location);
    }
    this.page = current;
    return current;
  }
}

/** Signs in with the development sign-in, which accepts any name, and revokes the newest connection. */
export async function takeBackAccess(base: string, subject: string): Promise<void> {
  const browser = new TestBrowser(base);
  await browser.open('/oauth/auz/grants');
  await browser.press('Sign in', { filled: { 'User name': subject } });
  await browser.press('Take back');
  if (!browser.text.includes('Access was taken back.')) throw new Error(browser.text);
}

const ENTITIES: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

const unescape = (html: string): string =>
  html.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity);

const textOf = (html: string): string =>
  unescape(html.replace(/<[^>]*>/g, ' '))
    .replace(/[\u2068\u2069]/g, '')
    .replace(/\s+/g, ' ')
    .trim();

const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : unescape(value);
};

function formsIn(html: string): Form[] {
  return [...html.matchAll(/<form([^>]*)>(.*?)<\/form>/gs)].map(([, tag = '', content = '']) => {
    const inputs = [...content.matchAll(/<input([^>]*)>/g)].map(([, input = '']) => input);
    const areas = [...content.matchAll(/<textarea([^>]*)>\n?(.*?)<\/textarea>/gs)];
    const choices = [...content.matchAll(/<select([^>]*)>(.*?)<\/select>/gs)];
    const tags = [...inputs, ...[...areas, ...choices].map(([, open = '']) => open)];
    const ids = new Map(tags.map((one) => [attribute(one, 'id'), attribute(one, 'name')]));
    const sent = inputs.filter((input) => {
      const type = attribute(input, 'type');
      if (type === 'checkbox') return /\schecked/.test(input);
      return type === 'hidden' || (attribute(input, 'value') ?? '') !== '';
    });
    const written = areas.map(([, open = '', text = '']): [string, string] => [
      attribute(open, 'name') ?? '',
      unescape(text),
    ]);
    const chosen = choices.map(([, open = '', options = '']): [string, string] => [
      attribute(open, 'name') ?? '',
      attribute(/<option[^>]*\sselected[^>]*>/.exec(options)?.[0] ?? '', 'value') ?? '',
    ]);
    return {
      action: attribute(tag, 'action') ?? '',
      fields: [
        ...sent.map((input): [string, string] => [
          attribute(input, 'name') ?? '',
          attribute(input, 'value') ?? '',
        ]),
        ...written,
        ...chosen,
      ],
      labels: new Map(
        [...content.matchAll(/<label([^>]*)>(.*?)<\/label>/gs)].map(([, label = '', text = '']) => [
          textOf(text),
          ids.get(attribute(label, 'for')) ?? '',
        ]),
      ),
      buttons: new Map(
        [...content.matchAll(/<button([^>]*)>(.*?)<\/button>/gs)].map(
          ([, button = '', text = '']) => {
            const name = attribute(button, 'name');
            const value = attribute(button, 'value') ?? '';
            return [textOf(text), name === undefined ? [] : [[name, value]]];
          },
        ),
      ),
    };
  });
}
