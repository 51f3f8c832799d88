// Every list of the admin API, with filters that match many rows, few, or none. `where` is the filter in SQL, to find
// the middle page and the last page.

const consumers = (title, filter, where = 'true') => ({
  list: 'consumers',
  table: 'consumers',
  order: 'created_at, consumer_key',
  title,
  filter,
  where,
});
const name = (text) => `(name || ' ' || consumer_key COLLATE "default") ILIKE '%${text}%'`;
const tokens = (title, filter, where = 'true') => ({
  list: 'tokens',
  table: 'access_tokens',
  order: 'created_at, token',
  title,
  filter,
  where,
});
const events = (title, filter, where = 'true') => ({
  list: 'audit-events',
  table: 'audit_events',
  order: 'id',
  title,
  filter,
  where,
});
const equal = (filter, columns) =>
  Object.entries(filter)
    .map(([property, value]) => `${columns[property] ?? property} = '${value}'`)
    .join(' AND ');
const ofTokens = (filter) =>
  tokens(titleOf(filter), filter, equal(filter, { consumerKey: 'consumer_key', status: STATUS }));
const ofEvents = (filter) => events(titleOf(filter), filter, equal(filter, {}));
const titleOf = (filter) =>
  Object.entries(filter)
    .map(([property, value]) => `${property}=${value}`)
    .join(' ');

const STATUS = `CASE WHEN revoked_at IS NOT NULL THEN 'revoked'
  WHEN expires_at <= now() THEN 'expired' ELSE 'active' END`;

const ANNA = 'anna@https://issuer.example.com';
const REFUSED = 'POST /admin/consumers';

/** @param from a time in the middle; @param late a time near the end */
export const listCases = ({ from, late }) => [
  consumers('all', {}),
  consumers('status=active', { status: 'active' }, "status = 'active'"),
  consumers('status=disabled', { status: 'disabled' }, "status = 'disabled'"),
  consumers('q=consumer (most)', { q: 'consumer' }, name('consumer')),
  consumers('q=o (most)', { q: 'o' }, name('o')),
  consumers('q=album (1 in 20)', { q: 'album' }, name('album')),
  consumers('q=kiosk (1 in 1,000)', { q: 'kiosk' }, name('kiosk')),
  consumers('q=acme (the newest hundredth)', { q: 'acme' }, name('acme')),
  consumers('q=zenith (two hundredths, at the end)', { q: 'zenith' }, name('zenith')),
  consumers('q=zebra (5)', { q: 'zebra' }, name('zebra')),
  consumers('q=東京 (5)', { q: '東京' }, name('東京')),
  consumers('q=§ (5)', { q: '§' }, name('§')),
  consumers('q=% (none)', { q: '%' }, 'false'),
  consumers('q=q& (none)', { q: 'q&' }, 'false'),
  consumers('q=remusnoc (none)', { q: 'remusnoc' }, 'false'),
  consumers('q=kiosk, disabled (none)', { q: 'kiosk', status: 'disabled' }, 'false'),
  consumers(
    'q=album, active',
    { q: 'album', status: 'active' },
    `${name('album')} AND status = 'active'`,
  ),

  tokens('all', {}),
  ...['active', 'expired', 'revoked'].flatMap((status) => [
    ofTokens({ status }),
    ofTokens({ consumerKey: 'big', status }),
    ofTokens({ subject: 'popular', status }),
    ofTokens({ consumerKey: 'big', subject: 'popular', status }),
  ]),
  ofTokens({ consumerKey: 'big' }),
  ofTokens({ consumerKey: 'nobody' }),
  ofTokens({ subject: 'popular' }),
  ofTokens({ subject: 'owner 500' }),
  ofTokens({ subject: 'nobody' }),
  ofTokens({ consumerKey: 'big', subject: 'popular' }),
  ofTokens({ consumerKey: 'big', subject: 'rare' }),
  ofTokens({ consumerKey: 'big', subject: 'nobody' }),
  ofTokens({ subject: 'rare', status: 'revoked' }),

  events('all', {}),
  ofEvents({ actor: 'ADMIN_API_KEY' }),
  ofEvents({ actor: ANNA }),
  ofEvents({ actor: 'nobody' }),
  ofEvents({ action: 'consumer.change' }),
  ofEvents({ action: 'api_key.delete' }),
  ofEvents({ target: REFUSED }),
  ofEvents({ target: 'consumer:77' }),
  events('from the middle', { from }, `at >= '${from.toISOString()}'`),
  events('from near the end', { from: late }, `at >= '${late.toISOString()}'`),
  events('to the middle', { to: from }, `at < '${from.toISOString()}'`),
  events('after the end', { from: new Date('2999-01-01') }, 'false'),
  ofEvents({ actor: 'ADMIN_API_KEY', action: 'consumer.change' }),
  ofEvents({ actor: 'ADMIN_API_KEY', action: 'api_key.delete' }),
  ofEvents({ actor: ANNA, action: 'consumer.change' }),
  ofEvents({ actor: 'ADMIN_API_KEY', target: REFUSED }),
  ofEvents({ actor: 'address:192.0.2.15', target: REFUSED }),
  ofEvents({ action: 'call.refuse', target: REFUSED }),
  ofEvents({ action: 'consumer.change', target: REFUSED }),
  ofEvents({ actor: 'ADMIN_API_KEY', action: 'call.refuse', target: REFUSED }),
  events(
    'actor=ADMIN_API_KEY, near the end',
    { actor: 'ADMIN_API_KEY', from: late },
    `actor = 'ADMIN_API_KEY' AND at >= '${late.toISOString()}'`,
  ),
  events(
    'action=api_key.delete, to the middle',
    { action: 'api_key.delete', to: from },
    `action = 'api_key.delete' AND at < '${from.toISOString()}'`,
  ),

  {
    list: 'api-keys',
    table: 'api_keys',
    order: 'created_at, id',
    title: 'all',
    filter: {},
    where: 'true',
  },
];
