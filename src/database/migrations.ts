/** Every migration in the order of its timestamp. The schema is the sum of these. */
export const migrations: Function[] = [];
