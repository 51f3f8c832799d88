import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Express } from 'express';
import { AppModule } from '../../src/app.module.js';
import { readSettings } from '../../src/config/settings.js';
import { ADMIN_API_KEY } from './service.js';

/** A route as Express serves it. */
export interface RealRoute {
  readonly path: string;
  /** Upper case; `ALL` for a route of every method. */
  readonly methods: readonly string[];
}

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

/** The routes of the whole service, as its framework registered them. */
export async function realRoutes(databaseUrl: string): Promise<RealRoute[]> {
  const settings = readSettings({
    DATABASE_URL: databaseUrl,
    ADMIN_API_KEY,
    SECRET_KEYS: `test:${Buffer.alloc(32).toString('base64')}`,
  });
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.for(settings, databaseUrl),
    { logger: false, bodyParser: false },
  );
  try {
    await app.init();
    const express: Express = app.getHttpAdapter().getInstance();
    const layers = express.router.stack as unknown as Layer[];
    return layers.flatMap(({ route }) => {
      if (!route) return [];
      const methods = Object.keys(route.methods).map((method) => method.toUpperCase());
      return [{ path: route.path, methods: methods.includes('TRACE') ? ['ALL'] : methods }];
    });
  } finally {
    await app.close();
  }
}
