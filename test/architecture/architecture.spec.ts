import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { roomsOf } from './rooms.js';
import { logMessagesAreConstant } from './log-messages.js';
import * as rules from './rules.js';
import { readSourceTree } from './source-tree.js';

const root = join(__dirname, '..', '..');
const tree = readSourceTree(root, ['src', 'test']);
const rooms = roomsOf(readFileSync(join(root, 'docs', 'architecture.md'), 'utf8'));

describe('docs/architecture.md', () => {
  it.each<[string, rules.Rule]>([
    ['protocol/ imports node:crypto and itself, nothing else', rules.protocolStaysPure],
    ['persistence and HTTP never import each other', rules.persistenceAndHttpStayApart],
    ['a room imports what the table of rooms grants', rules.roomsImportWhatTheyMay(rooms)],
    ['no cycle, type imports included', rules.noCycles],
    ['no index.ts', rules.noIndexFiles],
    ['no forwardRef', rules.noForwardRef],
    ['config/ is the only reader of process.env', rules.onlyConfigReadsTheEnvironment],
    ['the messages of the log are constant', logMessagesAreConstant],
    ['no file is longer than 300 lines', rules.filesStayShort],
    ['the signing client of the tests never imports src/', rules.witnessIsIndependent],
    ['no test is skipped or runs alone', rules.noFocusedOrSkippedTests],
  ])('%s', (_, rule) => {
    expect(rule(tree)).toEqual([]);
  });

  it('was held against the code, not against an empty folder', () => {
    expect([...tree.keys()]).toContain('src/protocol/signature-base-string.ts');
    expect([...tree.keys()]).toContain('test/support/signing-client.ts');
    expect([...rooms.keys()]).toContain('protocol');
  });
});
