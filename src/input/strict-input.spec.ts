import { IsOptional } from 'class-validator';
import { Satisfies } from './satisfies.decorator.js';
import { listOf, text, wholeNumber } from './rules.js';
import { InvalidInput, type InputFault } from './input-fault.js';
import { strictInput } from './strict-input.js';

class Base {
  @IsOptional()
  @Satisfies(
    listOf(
      text((value) => (value === 'x' ? undefined : 'must be x')),
      { max: 2 },
    ),
  )
  list?: string[] | null;
}

class Input extends Base {
  @Satisfies(wholeNumber(1, 9))
  digit!: number;
}

function faultsOf(value: unknown): readonly InputFault[] {
  try {
    strictInput(Input, value);
  } catch (error) {
    if (error instanceof InvalidInput) return error.faults;
    throw error;
  }
  return [];
}
const pointersOf = (value: unknown) => faultsOf(value).map(({ pointer }) => pointer);

describe('strictInput', () => {
  it('gives an instance with what was given, inherited rules included', () => {
    const input = strictInput(Input, { digit: 3, list: ['x'] });
    expect(input).toBeInstanceOf(Input);
    expect({ ...input }).toEqual({ digit: 3, list: ['x'] });
  });

  it('tells null from what is left out', () => {
    expect({ ...strictInput(Input, { digit: 3, list: null }) }).toEqual({ digit: 3, list: null });
    expect(strictInput(Input, { digit: 3 }).list).toBeUndefined();
  });

  it.each(['3', 3.5, Number.NaN, [3], null, true, 10, 0, { valueOf: () => 3 }])(
    'converts nothing: %p is no digit',
    (digit) => {
      expect(pointersOf({ digit })).toEqual(['/digit']);
    },
  );

  it.each([null, undefined, [], 'text', 7, true])('refuses %p in place of an object', (value) => {
    expect(pointersOf(value)).toEqual(['']);
  });

  it('points into lists', () => {
    expect(pointersOf({ digit: 1, list: ['x', 'y'] })).toEqual(['/list/1']);
    expect(faultsOf({ digit: 1, list: ['x', 'x'] })).toEqual([
      { pointer: '/list/1', detail: 'repeats an earlier entry' },
    ]);
    expect(pointersOf({ digit: 1, list: ['x', 'y', 'z'] })).toEqual(['/list']);
  });

  it.each(['constructor', 'hasOwnProperty', 'toString', '__defineGetter__', 'Digit', ''])(
    'refuses the unknown property %p, also when its name is one of every object',
    (name) => {
      expect(pointersOf({ digit: 1, [name]: 1 })).toEqual([`/${name}`]);
    },
  );

  it('refuses __proto__ and leaves prototypes alone', () => {
    expect(pointersOf(JSON.parse('{"digit":1,"__proto__":{"list":["x"]}}'))).toEqual([
      '/__proto__',
    ]);
  });

  it('escapes names in pointers (RFC 6901 §3)', () => {
    expect(pointersOf({ digit: 1, 'a/b~c': 1 })).toEqual(['/a~1b~0c']);
  });
});
