import { ROLES, type Role } from './caller.js';

/**
 * The roles in a claim of a token. A dot in the claim's name selects a member of an object
 * (`realm_access.roles`).
 *
 * A claim may be a list, a text of names with blanks between them, or an object whose member names are the
 * roles, as in Zitadel's tokens; a member that is false or null is not a role. Unknown role names are ignored.
 */
export function claimedRoles(payload: Readonly<Record<string, unknown>>, claim: string): Role[] {
  const value = Object.hasOwn(payload, claim)
    ? payload[claim]
    : claim.split('.').reduce<unknown>(inner, payload);
  const names = namesIn(value);
  return ROLES.filter((role) => names.includes(role));
}

function inner(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function namesIn(value: unknown): unknown[] {
  if (typeof value === 'string') return value.split(' ');
  if (Array.isArray(value)) return value as unknown[];
  if (!isObject(value)) return [];
  return Object.entries(value)
    .filter(([, given]) => given !== false && given !== null)
    .map(([name]) => name);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
