import { IsBoolean, IsOptional } from 'class-validator';
import { Satisfies } from '../input/satisfies.decorator.js';
import { text, type Rule } from '../input/rules.js';
import { pointerStep, type InputFault } from '../input/input-fault.js';
import { addressInEntry } from '../http/ip-address.js';
import { isMethod, splitUrl } from './reported-url.js';

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const textThat = (holds: (value: string) => boolean, otherwise: string): Rule =>
  text((value) => (holds(value) ? undefined : otherwise));

/** Header names are case-insensitive, so two names must differ in more than case. */
const headers: Rule = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ pointer: '', detail: 'must be an object of names and values' }];
  }
  const seen = new Set<string>();
  const faults: InputFault[] = [];
  for (const [name, content] of Object.entries(value)) {
    const detail = faultOfHeader(name, content, seen);
    if (detail !== undefined) faults.push({ pointer: pointerStep(name.slice(0, 100)), detail });
  }
  return faults;
};

/** @param seen the previous names, in lower case */
function faultOfHeader(name: string, content: unknown, seen: Set<string>): string | undefined {
  const folded = name.toLowerCase();
  if (seen.has(folded)) return 'repeats a header in another case';
  seen.add(folded);
  if (!HEADER_NAME.test(name)) return 'is not the name of a header';
  return typeof content === 'string' && HEADER_VALUE.test(content)
    ? undefined
    : 'must be a string of octets without control characters';
}

/** A request as a gateway reports it. */
export class ReportedRequest {
  @Satisfies(textThat(isMethod, 'must be a method'))
  method!: string;

  @Satisfies(
    textThat((url) => splitUrl(url) !== undefined, 'must be an absolute http or https URL'),
  )
  url!: string;

  @Satisfies(headers)
  headers!: Record<string, string>;

  /** Sent as UTF-8. If this and bodyBase64 are missing, the body was not forwarded. */
  @IsOptional()
  @Satisfies(textThat((body) => !/\p{Cs}/u.test(body), 'must be well-formed Unicode'))
  body?: string | null;

  @IsOptional()
  @Satisfies(textThat((body) => BASE64.test(body), 'must be base64 with padding'))
  bodyBase64?: string | null;

  /** Like an entry of X-Forwarded-For: a port may follow. */
  @IsOptional()
  @Satisfies(textThat((address) => addressInEntry(address) !== undefined, 'must be an IP address'))
  clientAddress?: string | null;

  /** Whether the caller wants a JWT of the platform with the verdict. */
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  assertion?: boolean | null;
}
