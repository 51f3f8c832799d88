#!/usr/bin/env -S node --max-semi-space-size=8 --max-old-space-size=160
// The only command. V8 reads its heap limits only at startup, so the first line sets them (ADR 0007, 0044).
import { oauth10Command } from './command.js';

await oauth10Command().parseAsync();
