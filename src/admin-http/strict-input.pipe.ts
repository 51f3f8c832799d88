import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { strictInput } from '../input/strict-input.js';
import { Problem } from '../http/problem-details.js';

/** Longer than any stored key or token. */
const MAX_NAME_LENGTH = 1024;

/** Validates the body by the rules of its class, and answers 404 for a path parameter that cannot be a name. */
@Injectable()
export class StrictInputPipe implements PipeTransform<unknown> {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (type === 'param') return pathName(value);
    return type === 'body' && metatype ? strictInput(metatype, value) : value;
  }
}

function pathName(value: unknown): string {
  if (typeof value === 'string' && value.length <= MAX_NAME_LENGTH && !value.includes('\0')) {
    return value;
  }
  throw new Problem('not_found', 'Nothing has this name.');
}
