import { Get, Post } from '@nestjs/common';
import { Roles } from '../../admin-http/roles.decorator.js';
import { NewToken } from '../../admin/tokens/access-token-input.js';
import { InvalidInput, type InputFault } from '../../input/input-fault.js';
import { strictInput } from '../../input/strict-input.js';
import type { Reply } from '../../pages/reply.js';
import { AccessTokenRefused } from '../../tokens/access-token-refusals.js';
import type { ListedAccessToken } from '../../tokens/listed-access-tokens.js';
import { MintAccessTokens } from '../../tokens/mint-access-tokens.js';
import { Answered } from '../answered.js';
import { announced } from '../blocks.js';
import { ConsoleController } from '../console-controller.decorator.js';
import { ConsoleRenderer } from '../console-renderer.js';
import { faultOf } from '../consumers/consumer-form.js';
import { CurrentRequest, type StaffRequest } from '../staff-request.js';
import { factsOf } from './token-facts.js';

const LIST = '/console/tokens';
const MINTING = '/console/token-minting';

/** The form with which staff create a token for a subject. */
@ConsoleController('token-minting')
export class TokenMintingController {
  constructor(
    private readonly tokens: MintAccessTokens,
    private readonly pages: ConsoleRenderer,
  ) {}

  @Get()
  @Roles()
  form(@CurrentRequest() pageRequest: StaffRequest): Reply {
    return this.page(pageRequest, { consumerKey: pageRequest.query.one('consumerKey') ?? '' }, []);
  }

  @Post()
  @Roles()
  async mint(@CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    const filled = (name: string): string => pageRequest.form.all(name)[0]?.trim() ?? '';
    const values = {
      consumerKey: filled('consumerKey'),
      subject: filled('subject'),
      scopes: filled('scopes'),
      ttlSeconds: filled('ttlSeconds'),
    };
    const scopes = values.scopes.split(/\s+/).filter((one) => one !== '');
    try {
      const { ttlSeconds, ...given } = strictInput(NewToken, {
        subject: values.subject,
        ...(scopes.length > 0 && { scopes }),
        ...(values.ttlSeconds !== '' && {
          ttlSeconds: /^\d{1,12}$/.test(values.ttlSeconds)
            ? Number(values.ttlSeconds)
            : values.ttlSeconds,
        }),
      });
      const wanted = {
        subject: given.subject,
        scopes: given.scopes ?? undefined,
        ttlSeconds: ttlSeconds ?? undefined,
        token: undefined,
        tokenSecret: undefined,
      };
      const minted = await this.tokens.mint(values.consumerKey, wanted, pageRequest.actor);
      return this.minted(pageRequest, minted.minted, minted.tokenSecret);
    } catch (error) {
      const faults = faultsOf(error, pageRequest);
      if (!faults) throw error;
      throw new Answered(this.page(pageRequest, values, faults), error);
    }
  }

  private page(
    pageRequest: StaffRequest,
    values: Readonly<Record<string, string>>,
    faults: readonly InputFault[],
  ): Reply {
    const { tokens: texts } = pageRequest.texts;
    const field = (name: string, label: string, more = {}) => ({
      name,
      label,
      kind: 'text' as const,
      value: values[name],
      fault: faultOf(name, faults),
      ...more,
    });
    const frame = {
      title: texts.mint,
      status: faults.length > 0 ? 400 : 200,
      trail: [{ href: LIST, text: texts.title }],
    };
    return this.pages.render(pageRequest, frame, [
      { is: 'text', text: texts.mintIntro },
      {
        is: 'form',
        action: MINTING,
        submit: texts.mint,
        fields: [
          field('consumerKey', texts.consumerKey, { isRequired: true }),
          field('subject', texts.subject, { isRequired: true }),
          field('scopes', texts.mintScopes, { kind: 'area', rows: 3, help: texts.mintScopesHelp }),
          field('ttlSeconds', texts.ttl, { help: texts.ttlHelp }),
        ],
      },
    ]);
  }

  private minted(pageRequest: StaffRequest, token: ListedAccessToken, secret: string): Reply {
    const { tokens: texts } = pageRequest.texts;
    const frame = { title: texts.one, status: 201, trail: [{ href: LIST, text: texts.title }] };
    return this.pages.render(pageRequest, frame, [
      ...announced(texts.minted),
      { is: 'secret', label: texts.one, value: token.token },
      { is: 'secret', label: texts.secret, value: secret },
      factsOf(token, pageRequest.texts),
    ]);
  }
}

/** The faults to show in the form; undefined if the error is not a refusal. */
function faultsOf(error: unknown, { texts }: StaffRequest): readonly InputFault[] | undefined {
  if (error instanceof InvalidInput) return error.faults;
  if (!(error instanceof AccessTokenRefused)) return undefined;
  const pointer = error.reason === 'scopes_exceeded' ? '/scopes' : '/consumerKey';
  return [{ pointer, detail: texts.tokens.refused[error.reason] }];
}
