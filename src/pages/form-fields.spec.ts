import { FormFields } from './form-fields.js';

describe('the fields of a query or a form', () => {
  it('are text, decoded once', () => {
    const fields = new FormFields('a=%C3%BC%2525&b=x+y&c&a%20b=1');
    expect([fields.one('a'), fields.one('b'), fields.one('c'), fields.one('a b')]).toEqual([
      'ü%25',
      'x y',
      undefined,
      '1',
    ]);
  });

  it('sent twice are nobody’s guess', () => {
    const fields = new FormFields('a=1&a=2');
    expect([fields.one('a'), fields.all('a')]).toEqual([undefined, ['1', '2']]);
  });

  it.each(['a=%zz', 'a=%ff', 'a=1&b=%', Array(300).fill('a=1').join('&')])(
    'there are none in what is not well-formed (%#)',
    (raw) => {
      expect(new FormFields(raw).all('a')).toEqual([]);
    },
  );
});
