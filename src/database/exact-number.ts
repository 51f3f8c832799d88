/**
 * SQL expression for a bigint or numeric that pg parses as a number. JSON preserves all digits. A float8 would have
 * only as many as the session's `extra_float_digits` allows, and an earlier user of a pooler's session may have
 * changed that setting.
 */
export const exactNumber = (sql: string): string => `to_json(${sql})`;
