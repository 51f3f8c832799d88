import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { ScopeDescriptions } from './scope-descriptions.js';

/** A scope as people read it. */
export interface ScopeTitle {
  readonly name: string;
  readonly title: string;
  readonly description: string | undefined;
  /** Whether somebody put it into words. */
  readonly isDescribed: boolean;
}

/**
 * Puts scopes into words: those that staff gave over the admin API, else those of SCOPES_FILE, else
 * the scope's name. Staff's word replaces the file's whole entry, so that no title stands over the
 * other's description.
 */
@Injectable()
export class ScopeTitles {
  constructor(
    private readonly descriptions: ScopeDescriptions,
    private readonly settings: Settings,
  ) {}

  /** One read, however many scopes; the order stays. */
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
