import { Injectable } from '@nestjs/common';
import { SecretBox } from '../secrets/secret-box.js';
import { ConsumersRepository } from './consumers.repository.js';

/** Registers and changes clients (RFC 5849 section 1.1). */
@Injectable()
export class ConsumersService {
  constructor(
    protected readonly repository: ConsumersRepository,
    protected readonly secretBox: SecretBox,
  ) {}
}
