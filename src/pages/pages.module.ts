import { Module } from '@nestjs/common';
import { SecretsModule } from '../secrets/secrets.module.js';
import { FormTokens } from './form-tokens.js';
import { SealedCookies } from './sealed-cookies.js';

/** Owns what all pages for people share. Knows neither the people nor what the pages are about. */
@Module({
  imports: [SecretsModule],
  providers: [FormTokens, SealedCookies],
  exports: [FormTokens, SealedCookies],
})
export class PagesModule {}
