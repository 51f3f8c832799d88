#!/usr/bin/env -S node --max-semi-space-size=8 --max-old-space-size=160
// The one command. V8 takes the bounds on its heap only as it starts, hence the first line (ADR 0007, 0044).
import { oauth10Command } from './command.js';

await oauth10Command().parseAsync();
