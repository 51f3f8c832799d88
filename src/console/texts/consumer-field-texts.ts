import type { ConsumerFieldName } from '../../consumers/consumer-fields.js';

/** What a field of a consumer is called, and what the word means. */
export interface FieldTexts {
  readonly label: string;
  readonly help: string;
}

export const ENGLISH_FIELDS: Record<ConsumerFieldName, FieldTexts> = {
  name: { label: 'Name', help: 'What people call the client; resource owners see it.' },
  description: { label: 'Description', help: 'What it does, in the words for resource owners.' },
  websiteUrl: { label: 'Website', help: 'An http or https address, shown to resource owners.' },
  legalNotice: { label: 'Legal notice', help: 'Shown to resource owners where they decide.' },
  labels: {
    label: 'Labels',
    help: 'For staff, one a line: name=value. Write = in a name as \\=, and \\ as \\\\.',
  },
  signatureMethods: {
    label: 'Signature methods',
    help: 'How it may sign (RFC 5849 section 3.4). None ticked: the usual ones.',
  },
  rsaPublicKey: {
    label: 'RSA public key',
    help: 'In PEM, for RSA methods: the client keeps the private key. 2,048 to 4,096 bits.',
  },
  callbackUrls: {
    label: 'Callback URLs',
    help: 'Where owners may be sent back to, one a line. None: only a code to type in (oob).',
  },
  scopes: { label: 'Scopes', help: 'What it may ask owners for, one a line.' },
  twoLegged: {
    label: 'Requests without a token (two-legged)',
    help: 'It may call for itself, without a resource owner.',
  },
  accessTokenTtlSeconds: {
    label: 'Life of its access tokens in seconds',
    help: '0: until revoked. Left empty: as the service is set.',
  },
  allowedAddresses: {
    label: 'Allowed addresses',
    help: 'Addresses or CIDRs that it may call from, one a line. None: everywhere.',
  },
  status: { label: 'Status', help: 'A disabled consumer gets nothing.' },
  expiresAt: { label: 'Expires at', help: 'Such as 2030-01-31T12:00:00Z. Left empty: never.' },
  compatibility: {
    label: 'Compatibility flags',
    help: 'What a client that cannot be changed may do otherwise than RFC 5849 says. Each gives something up.',
  },
};

export const GERMAN_FIELDS: Record<ConsumerFieldName, FieldTexts> = {
  name: { label: 'Name', help: 'Wie die Anwendung heißt; die Menschen sehen ihn.' },
  description: { label: 'Beschreibung', help: 'Was sie tut, in Worten für die Menschen.' },
  websiteUrl: {
    label: 'Website',
    help: 'Eine http- oder https-Adresse, die den Menschen gezeigt wird.',
  },
  legalNotice: { label: 'Rechtlicher Hinweis', help: 'Steht da, wo die Menschen entscheiden.' },
  labels: {
    label: 'Etiketten',
    help: 'Für die Verwaltung, eines je Zeile: name=wert. In einem Namen steht \\= für = und \\\\ für \\.',
  },
  signatureMethods: {
    label: 'Signaturmethoden',
    help: 'Wie sie signieren darf (RFC 5849, Abschnitt 3.4). Keine angekreuzt: die üblichen.',
  },
  rsaPublicKey: {
    label: 'Öffentlicher RSA-Schlüssel',
    help: 'Als PEM, für RSA-Methoden: Den privaten behält der Client. 2.048 bis 4.096 Bit.',
  },
  callbackUrls: {
    label: 'Callback-URLs',
    help: 'Wohin Menschen zurückgeschickt werden dürfen, eine je Zeile. Keine: nur ein Code zum Eintippen (oob).',
  },
  scopes: { label: 'Scopes', help: 'Worum sie bitten darf, einer je Zeile.' },
  twoLegged: {
    label: 'Anfragen ohne Token (two-legged)',
    help: 'Sie darf für sich selbst anfragen, ohne einen Menschen.',
  },
  accessTokenTtlSeconds: {
    label: 'Gültigkeit ihrer Tokens in Sekunden',
    help: '0: bis zum Widerruf. Leer: wie der Dienst eingestellt ist.',
  },
  allowedAddresses: {
    label: 'Erlaubte Adressen',
    help: 'Adressen oder CIDRs, von denen sie anfragen darf, eine je Zeile. Keine: von überall.',
  },
  status: { label: 'Zustand', help: 'Ein abgeschalteter Consumer bekommt nichts.' },
  expiresAt: { label: 'Läuft ab am', help: 'Etwa 2030-01-31T12:00:00Z. Leer: nie.' },
  compatibility: {
    label: 'Flags der Kompatibilität',
    help: 'Was ein Client, der nicht geändert werden kann, anders als RFC 5849 tun darf. Jedes gibt etwas auf.',
  },
};
