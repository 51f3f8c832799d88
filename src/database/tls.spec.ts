import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDatabaseUrl } from '../config/database-url.js';
import { targetOf } from './data-source.js';
import { DatabaseRefusal } from './database-refusal.js';
import { encryptionsFor } from './tls.js';

describe('files that a connection is made with', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oauth10-'));
  const file = join(folder, 'file');
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(['sslrootcert', 'sslcert', 'sslkey'])(
    'a %s that has gone is a refusal in words, and no server that is not there',
    (parameter) => {
      writeFileSync(file, 'x');
      const target = parseDatabaseUrl(`postgres://h/db?sslmode=require&${parameter}=${file}`);
      rmSync(file);
      const connecting = () => encryptionsFor(target, 'h');
      expect(connecting).toThrow(DatabaseRefusal);
      expect(connecting).toThrow(parameter);
    },
  );

  it('a connection string in a file is read anew, and kept while it makes no sense', () => {
    writeFileSync(file, 'postgres://u:first@h/db');
    const target = targetOf('postgres://u:first@h/db', file);
    const password = () => target().password;
    expect(password()).toBe('first');
    writeFileSync(file, 'postgres://u:second@h/db');
    expect(password()).toBe('second');
    writeFileSync(file, 'postg');
    expect(password()).toBe('second');
  });
});
