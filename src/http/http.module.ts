import { Module } from '@nestjs/common';
import { ShutdownState } from './shutdown-state.js';

/** Owns what belongs to the process as a server and to no single request. */
@Module({ providers: [ShutdownState], exports: [ShutdownState] })
export class HttpModule {}
