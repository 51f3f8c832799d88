import { Module } from '@nestjs/common';
import { ConsumersModule } from '../consumers/consumers.module.js';
import { TokensModule } from '../tokens/tokens.module.js';

/**
 * The REST face for staff. Depends on the services of consumers/ and the use cases of tokens/;
 * never touches the database itself, nor any signed request.
 */
@Module({ imports: [ConsumersModule, TokensModule] })
export class AdminModule {}
