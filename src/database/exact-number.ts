/**
 * SQL of a bigint or a numeric that pg reads as a number. As JSON its digits are all there; those of a float8 are as
 * few as the session's `extra_float_digits` says, which an earlier user of a pooler's session may have set.
 */
export const exactNumber = (sql: string): string => `to_json(${sql})`;
