import { Module } from '@nestjs/common';
import { TokensModule } from '../tokens/tokens.module.js';
import { AuthorizationController } from './authorization.controller.js';

/** Owns the resource owner's pages. Depends on the use cases of tokens/; never issues a token. */
@Module({ imports: [TokensModule], controllers: [AuthorizationController] })
export class AuthorizationModule {}
