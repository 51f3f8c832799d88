import { roomsOf } from './rooms.js';
import { logMessagesAreConstant } from './log-messages.js';
import * as rules from './rules.js';
import { sourceTree } from './source-tree.js';

const breaches = (rule: rules.Rule, texts: Record<string, string>): string[] =>
  rule(sourceTree(texts));

describe('every rule of the house can fail', () => {
  it('protocol/ imports node:crypto and itself only', () => {
    const rule = rules.protocolStaysPure;
    const path = 'src/protocol/timestamp.ts';
    expect(
      breaches(rule, { [path]: `import { createHmac } from 'node:crypto'; import './b.js';` }),
    ).toEqual([]);
    for (const name of ['node:fs', '@nestjs/common', '../nonces/nonces.js']) {
      expect(breaches(rule, { [path]: `import '${name}';` })).toHaveLength(1);
    }
    expect(breaches(rule, { 'src/protocol/timestamp.spec.ts': `import 'fast-check';` })).toEqual(
      [],
    );
  });

  it.each([
    ['src/oauth10/token.controller.ts', '../tokens/credentials.repository.js'],
    ['src/oauth10/signed.guard.ts', '../database/statements.js'],
    ['src/oauth10/problem.filter.ts', '../consumers/consumer.schema.js'],
    ['src/http/listeners.ts', '../database/data-source.js'],
    ['src/tokens/credentials.repository.ts', '../oauth10/token.controller.js'],
    ['src/consumers/consumer.schema.ts', '../http/listeners.js'],
    ['src/database/statements.ts', '../http/listeners.js'],
  ])('persistence and HTTP stay apart: %s must not import %s', (path, imported) => {
    const rule = rules.persistenceAndHttpStayApart;
    expect(breaches(rule, { [path]: `import '${imported}';` })).toHaveLength(1);
    expect(breaches(rule, { [path]: `import '../tokens/revoke-tokens.js';` })).toEqual([]);
  });

  describe('a room imports what the table of rooms grants', () => {
    const rooms = roomsOf(
      [
        '| folder | owns | may import |',
        '| --- | --- | --- |',
        '| `protocol/` | x | `node:crypto`, itself |',
        '| `tokens/` | `x/` | `protocol/`, `consumers/` records |',
        '| `oauth10/` | x | everything above |',
      ].join('\n'),
    );
    const rule = rules.roomsImportWhatTheyMay(rooms);

    it('reads folders in backticks and "everything above"', () => {
      expect([...(rooms.get('tokens') ?? [])]).toEqual(['protocol', 'consumers']);
      expect([...(rooms.get('oauth10') ?? [])]).toEqual(['protocol', 'tokens']);
      expect(() => roomsOf('# Architecture')).toThrow('no table');
    });

    it('refuses what is not granted, the top of src/ included', () => {
      const from = (name: string): string[] =>
        breaches(rule, { 'src/tokens/a.ts': `export * from '${name}';` });
      expect(from('../protocol/timestamp.js')).toEqual([]);
      expect(from('./b.js')).toEqual([]);
      expect(from('../oauth10/guard.js')).toEqual(['src/tokens/a.ts imports src/oauth10/guard.ts']);
      expect(from('../app.module.js')).toHaveLength(1);
    });

    it('lets the top of src/ name everything, and refuses a room nobody wrote down', () => {
      expect(breaches(rule, { 'src/main.ts': `import './oauth10/a.js';` })).toEqual([]);
      expect(breaches(rule, { 'src/utils/a.ts': '' })).toEqual([
        'src/utils/ is missing in the table of rooms',
      ]);
    });
  });

  it('finds cycles through any kind of import, and no cycle in a diamond', () => {
    for (const back of [
      `import './a.js';`,
      `import type { A } from './a.js';`,
      `export { a } from './a.js';`,
      `export const a = import('./a.js');`,
      `export type A = import('./a.js').A;`,
      `const a = require('./a.js');`,
    ]) {
      expect(
        breaches(rules.noCycles, {
          'src/a.ts': `import './b.js';`,
          'src/b.ts': `import './c.js';`,
          'src/c.ts': back,
        }),
      ).toEqual(['src/a.ts -> src/b.ts -> src/c.ts -> src/a.ts']);
    }
    expect(
      breaches(rules.noCycles, {
        'src/a.ts': `import './b.js'; import './c.js';`,
        'src/b.ts': `import './d.js';`,
        'src/c.ts': `import './d.js'; // import './a.js'`,
        'src/d.ts': `const text = "import './a.js'";`,
      }),
    ).toEqual([]);
  });

  it('refuses index files', () => {
    expect(breaches(rules.noIndexFiles, { 'src/a/index.ts': '', 'src/reindex.ts': '' })).toEqual([
      'src/a/index.ts',
    ]);
  });

  it('refuses forwardRef', () => {
    const texts = {
      'src/a.ts': `import { forwardRef } from '@nestjs/common';`,
      'src/b.ts': '// forwardRef is not for us',
    };
    expect(breaches(rules.noForwardRef, texts)).toEqual(['src/a.ts']);
  });

  it.each([
    'const port = process.env.PORT;',
    `const port = process['env']['PORT'];`,
    'const { env } = process;',
    'const { env: settings } = process;',
    `import { env } from 'node:process';`,
  ])('config/ alone reads the environment: %s', (text) => {
    const rule = rules.onlyConfigReadsTheEnvironment;
    expect(breaches(rule, { 'src/http/a.ts': text })).toEqual(['src/http/a.ts']);
    expect(breaches(rule, { 'src/config/a.ts': text, 'src/http/a.spec.ts': text })).toEqual([]);
    expect(breaches(rule, { 'src/http/a.ts': `// ${text}\nprocess.exit(1);` })).toEqual([]);
  });

  it.each([
    ['logger.warn(`It broke: ${error}`);', '`It broke: ${error}`'],
    ["this.logger.error('It broke: ' + error);", "'It broke: ' + error"],
    ['this.logger.debug(error);', 'error'],
    ['logger.log({ stack });', '{ stack }'],
    ['this.logger[level](sentence(answered));', 'sentence(answered)'],
    ["new Logger('Service').log(`at ${port}`);", '`at ${port}`'],
    ['Logger.fatal();', 'nothing'],
  ])('the messages of the log are constant: %s', (text, message) => {
    const rule = logMessagesAreConstant;
    expect(breaches(rule, { 'src/a/b.ts': text })).toEqual([`src/a/b.ts logs ${message}`]);
    expect(breaches(rule, { 'src/a/b.spec.ts': text, 'test/b.ts': text })).toEqual([]);
    const constant = "this.logger.warn('It broke', { error }); Math.log(x); log.error(y);";
    expect(breaches(rule, { 'src/a/b.ts': constant })).toEqual([]);
  });

  it('allows 300 lines and refuses 301', () => {
    const lines = (count: number): string => 'x;\n'.repeat(count);
    expect(breaches(rules.filesStayShort, { 'src/a.ts': lines(300) })).toEqual([]);
    expect(breaches(rules.filesStayShort, { 'src/a.ts': lines(301) })).toEqual([
      'src/a.ts has 301 lines',
    ]);
    expect(breaches(rules.filesStayShort, { 'test/vectors/a.ts': lines(301) })).toEqual([]);
  });

  it('refuses a signing client that leans on src/, by a detour too', () => {
    const client = 'test/support/signing-client.ts';
    const direct = { [client]: `import '../../src/protocol/timestamp.js';` };
    expect(breaches(rules.witnessIsIndependent, direct)).toEqual(['src/protocol/timestamp.ts']);
    const detour = {
      [client]: `import './helper.js';`,
      'test/support/helper.ts': `import '../../src/protocol/timestamp.js';`,
    };
    expect(breaches(rules.witnessIsIndependent, detour)).toEqual(['src/protocol/timestamp.ts']);
    expect(breaches(rules.witnessIsIndependent, { [client]: `import 'node:crypto';` })).toEqual([]);
  });

  it.each(['only', 'skip', 'todo'])('refuses it.%s', (word) => {
    const rule = rules.noFocusedOrSkippedTests;
    expect(breaches(rule, { 'src/a.spec.ts': `it.${word}('x');` })).toEqual(['src/a.spec.ts']);
    expect(breaches(rule, { 'src/a.spec.ts': `it('a'); list.${word}(2);` })).toEqual([]);
  });

  it('refuses the short forms of focusing and skipping', () => {
    const texts = { 'src/a.spec.ts': ['x', 'it("a");'].join('') };
    expect(breaches(rules.noFocusedOrSkippedTests, texts)).toEqual(['src/a.spec.ts']);
  });
});
