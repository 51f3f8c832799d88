import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { ScopeDescriptions } from './scope-descriptions.js';

/** The name and texts of a scope for people. */
export interface ScopeTitle {
  readonly name: string;
  readonly title: string;
  readonly description: string | undefined;
  /** Whether staff or SCOPES_FILE describe it. */
  readonly isDescribed: boolean;
}

/**
 * Finds the texts of scopes: those of the admin API, else those of SCOPES_FILE, else the scope's name. An entry of
 * the admin API replaces the whole entry of the file, so that title and description always belong together.
 */
@Injectable()
export class ScopeTitles {
  constructor(
    private readonly descriptions: ScopeDescriptions,
    private readonly settings: Settings,
  ) {}

  /** Needs one query for any number of scopes. Keeps their order. */
  async of(names: readonly string[]): Promise<ScopeTitle[]> {
    const described = await this.descriptions.of([...new Set(names)]);
    const byStaff = new Map(described.map((words) => [words.scope, words]));
    return names.map((name) => {
      const words = byStaff.get(name) ?? this.settings.scopeDescriptions.get(name);
      return {
        name,
        title: words?.title ?? name,
        description: words?.description ?? undefined,
        isDescribed: words !== undefined,
      };
    });
  }
}
