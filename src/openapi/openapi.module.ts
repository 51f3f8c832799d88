import { Module } from '@nestjs/common';
import { DocsController } from './docs.controller.js';
import { WelcomeController } from './welcome.controller.js';

/** Owns the description of what the service answers to. Depends on nothing that it describes. */
@Module({ controllers: [DocsController, WelcomeController] })
export class OpenApiModule {}
