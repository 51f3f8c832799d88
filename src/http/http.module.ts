import { Module } from '@nestjs/common';
import { ShutdownState } from './shutdown-state.js';

/** Provides what belongs to the process as a server and not to a single request. */
@Module({ providers: [ShutdownState], exports: [ShutdownState] })
export class HttpModule {}
