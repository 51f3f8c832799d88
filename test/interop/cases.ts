// The requests that every client signs and sends with an access token. The values of `query` and `form` are already
// encoded; `verified` contains the parameters that echo must report.

export interface InteropCase {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly query?: string;
  readonly form?: string;
  readonly json?: string;
  readonly verified: readonly (readonly [name: string, value: string])[];
}

/** The cases before all others: initiate, the owner's consent, exchange. */
export const DANCES = [
  { name: 'the dance', method: 'POST' },
  { name: 'the dance by GET', method: 'GET' },
] as const;

/** A request that every client can send, wherever it puts the protocol parameters. */
export const EMPTY_POST: InteropCase = { name: 'empty POST', method: 'POST', verified: [] };

export const INTEROP_CASES: readonly InteropCase[] = [
  {
    name: 'GET',
    method: 'GET',
    query: 'file=vacation.jpg&size=original',
    verified: [
      ['file', 'vacation.jpg'],
      ['size', 'original'],
    ],
  },
  {
    name: 'repeated name',
    method: 'GET',
    query: 'a=2&a=1&b=3',
    verified: [
      ['a', '2'],
      ['a', '1'],
      ['b', '3'],
    ],
  },
  {
    name: 'repeated pair',
    method: 'GET',
    query: 'a=1&a=1',
    verified: [
      ['a', '1'],
      ['a', '1'],
    ],
  },
  {
    name: 'UTF-8',
    method: 'GET',
    query: 'snow=%E2%98%83&name=Jos%C3%A9',
    verified: [
      ['snow', '☃'],
      ['name', 'José'],
    ],
  },
  {
    name: 'encoded name',
    method: 'GET',
    query: 'a%20b=1&n%C3%A9=2',
    verified: [
      ['a b', '1'],
      ['né', '2'],
    ],
  },
  {
    name: 'space as %20',
    method: 'GET',
    query: 'q=black%20cat',
    verified: [['q', 'black cat']],
  },
  {
    name: 'space as +',
    method: 'GET',
    query: 'q=black+cat',
    verified: [['q', 'black cat']],
  },
  {
    name: 'plus as %2B',
    method: 'GET',
    query: 'q=c%2B%2B',
    verified: [['q', 'c++']],
  },
  {
    name: 'empty value',
    method: 'GET',
    query: 'empty=&b=1',
    verified: [
      ['empty', ''],
      ['b', '1'],
    ],
  },
  {
    name: 'empty and repeated',
    method: 'GET',
    query: 'a=&a=1',
    verified: [
      ['a', ''],
      ['a', '1'],
    ],
  },
  {
    name: 'equals sign in a value',
    method: 'GET',
    query: 'q=a=b',
    verified: [['q', 'a=b']],
  },
  {
    name: 'no equals sign',
    method: 'GET',
    query: 'flag&b=1',
    verified: [
      ['flag', ''],
      ['b', '1'],
    ],
  },
  {
    name: 'reserved characters',
    method: 'GET',
    query: 'r=%21%2A%27%28%29%3B%3A%40%26%3D%24%2C%2F%3F%23%5B%5D~',
    verified: [['r', "!*'();:@&=$,/?#[]~"]],
  },
  {
    name: 'form POST',
    method: 'POST',
    form: 'a=1&b=two',
    verified: [
      ['a', '1'],
      ['b', 'two'],
    ],
  },
  {
    name: 'form: repeated name',
    method: 'POST',
    form: 'a=2&a=1',
    verified: [
      ['a', '2'],
      ['a', '1'],
    ],
  },
  {
    name: 'form: UTF-8, spaces, plus, empty',
    method: 'POST',
    form: 'snow=%E2%98%83&q=black%20cat&p=c%2B%2B&empty=&r=%21%2A%27%28%29~',
    verified: [
      ['snow', '☃'],
      ['q', 'black cat'],
      ['p', 'c++'],
      ['empty', ''],
      ['r', "!*'()~"],
    ],
  },
  {
    name: 'form and query',
    method: 'POST',
    query: 'a=1',
    form: 'b=2',
    verified: [
      ['a', '1'],
      ['b', '2'],
    ],
  },
  {
    name: 'one name in form and query',
    method: 'POST',
    query: 'a=1',
    form: 'a=2&b=3',
    verified: [
      ['a', '1'],
      ['a', '2'],
      ['b', '3'],
    ],
  },
  {
    name: 'JSON POST',
    method: 'POST',
    json: '{"greeting":"grüezi"}',
    verified: [],
  },
  EMPTY_POST,
];
