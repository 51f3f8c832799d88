import { sizeOf } from './document-size.js';
import { repeatsName } from './repeated-name.js';

describe('RFC 8259 §4: names within an object should be unique', () => {
  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"a":1}',
    '{ "a" : 1 , "b" : [ { "a" : 2 } ] , "a" : 3 }',
    '{"a":1,"\\u0061":2}',
    '{"":1,"":2}',
    '{"__proto__":1,"__proto__":2}',
    '{"a":{"b":{"c":1,"c":2}}}',
    '[[{"a":[],"a":{}}]]',
    '{"\\\\":1,"\\\\":2}',
    '{"\\"":1,"\\u0022":2}',
    '{"😀":1,"\\ud83d\\ude00":2}',
  ])('%s repeats one', (json) => {
    expect([typeof JSON.parse(json), repeatsName(json, sizeOf(JSON.parse(json)))]).toEqual([
      'object',
      true,
    ]);
  });

  it.each([
    '{}',
    '[]',
    '"a"',
    '1',
    '{"a":1,"A":2}',
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":2}]',
    '{"a":"a","b":"a"}',
    '{"a":"\\"a\\":1,\\"a\\":2"}',
    '{"a":"}{","b":"a:a:"}',
    '{"a":["a","a"],"b":["a"]}',
    '{"a\\\\":1,"a":2}',
  ])('%s does not', (json) => {
    expect([JSON.parse(json), repeatsName(json, sizeOf(JSON.parse(json)))]).toEqual([
      expect.anything(),
      false,
    ]);
  });

  it('reads texts as long, and objects as deep, as a body may hold', () => {
    const documents = [
      JSON.stringify({ a: '\\"'.repeat(100_000) }),
      JSON.stringify({ a: '\\'.repeat(200_000) }),
      `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
      `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
    ];
    for (const json of documents) expect(repeatsName(json, sizeOf(JSON.parse(json)))).toBe(false);
  });
});
