import { Module } from '@nestjs/common';
import { SecretsModule } from '../secrets/secrets.module.js';
import { CsrfTokens } from './csrf-tokens.js';
import { SealedCookies } from './sealed-cookies.js';

/** Owns what all pages for people share. Knows neither the people nor what the pages are about. */
@Module({
  imports: [SecretsModule],
  providers: [CsrfTokens, SealedCookies],
  exports: [CsrfTokens, SealedCookies],
})
export class PagesModule {}
