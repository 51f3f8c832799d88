import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';

/** A scope as people read it. */
export interface ScopeTitle {
  readonly name: string;
  readonly title: string;
  readonly description: string | undefined;
}

/** Puts scopes into words: those of SCOPES_FILE or, for want of better ones, the scope's name. */
@Injectable()
export class ScopeTitles {
  constructor(private readonly settings: Settings) {}

  of(name: string): ScopeTitle {
    const described = this.settings.scopeDescriptions.get(name);
    return { name, title: described?.title ?? name, description: described?.description };
  }
}
