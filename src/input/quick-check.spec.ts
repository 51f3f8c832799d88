import { Equals, IsIn, IsOptional, ValidateIf, ValidateNested } from 'class-validator';
import { satisfiesAll } from './quick-check.js';
import { Satisfies } from './satisfies.decorator.js';
import { text } from './rules.js';

const x = text((value) => (value === 'x' ? undefined : 'must be x'));

class Base {
  @IsOptional()
  @Satisfies(x)
  perhaps?: string | null;
}

class Input extends Base {
  @Satisfies(x)
  always!: string;

  @IsIn(['a', 'b'])
  letter!: string;

  @ValidateIf(({ letter }: Input) => letter === 'a')
  @Equals(1)
  one?: number;
}

class Nested {
  @ValidateNested()
  inner!: object;
}

const input = (fields: object) => Object.assign(new Input(), fields);
const RIGHT = { always: 'x', letter: 'b' };

describe('satisfiesAll', () => {
  it.each([
    RIGHT,
    { ...RIGHT, perhaps: 'x' },
    { ...RIGHT, perhaps: null },
    { ...RIGHT, one: 2 },
    { ...RIGHT, letter: 'a', one: 1 },
  ])('takes %p', (fields) => {
    expect(satisfiesAll(Input, input(fields))).toBe(true);
  });

  it.each([
    {},
    { ...RIGHT, always: 'y' },
    { ...RIGHT, always: null },
    { ...RIGHT, perhaps: 'y' },
    { ...RIGHT, letter: 'c' },
    { ...RIGHT, letter: 'a', one: 2 },
  ])('leaves %p to who tells the fault', (fields) => {
    expect(satisfiesAll(Input, input(fields))).toBe(false);
  });

  it('takes nothing by rules that it does not know', () => {
    expect(satisfiesAll(Nested, Object.assign(new Nested(), { inner: {} }))).toBe(false);
  });
});
