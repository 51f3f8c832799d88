import { Module } from '@nestjs/common';
import { SecretsModule } from '../secrets/secrets.module.js';
import { CsrfTokens } from './csrf-tokens.js';
import { SealedCookies } from './sealed-cookies.js';

/** Owns what all pages for people share. Depends neither on the kind of person nor on the content of the pages. */
@Module({
  imports: [SecretsModule],
  providers: [CsrfTokens, SealedCookies],
  exports: [CsrfTokens, SealedCookies],
})
export class PagesModule {}
