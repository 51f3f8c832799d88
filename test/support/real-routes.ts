import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../src/programs/app.module.js';
import { readSettings } from '../../src/config/settings.js';
import { ExactPathAdapter, type Route } from '../../src/http/exact-path-adapter.js';
import { ADMIN_API_KEY } from './service.js';

/** The routes of the whole service, as Nest registered them. */
export async function realRoutes(databaseUrl: string): Promise<readonly Route[]> {
  const settings = readSettings({
    DATABASE_URL: databaseUrl,
    ADMIN_API_KEY,
    SECRET_KEYS: `test:${Buffer.from('a key for tests: 32 octets of it').toString('base64')}`,
  });
  const adapter = new ExactPathAdapter();
  const app = await NestFactory.create(AppModule.for(settings, databaseUrl), adapter, {
    logger: false,
    bodyParser: false,
  });
  try {
    await app.init();
    return adapter.routes;
  } finally {
    await app.close();
  }
}
