import { schema, staffOperation } from './operation.js';

const NDJSON = 'application/x-ndjson';

const yesOrNo = (name: string, description: string): object => ({
  name,
  in: 'query',
  description,
  schema: { enum: ['true', 'false'], default: 'false' },
});

const EXAMPLE = [
  {
    type: 'consumer',
    consumerKey: 'dpf43f3p2l4k3l03',
    consumerSecret: 'kd94hf93k423kf44',
    name: 'Photo printer',
    callbackUrls: ['https://printer.example.com/ready'],
    scopes: ['photos'],
  },
  {
    type: 'token',
    token: 'nnch734d00sl2jdk',
    tokenSecret: 'pfkkdhi9sl3r4s00',
    consumerKey: 'dpf43f3p2l4k3l03',
    subject: 'jane',
    scopes: ['photos'],
  },
];

/** Consumers and access tokens as files. */
export const transferPaths = {
  '/admin/import': {
    post: staffOperation('importRecords', {
      summary: 'Import consumers and access tokens from a file, all or none',
      description:
        'One JSON object a line, with its own keys and secrets; a token may stand before its consumer. Every line is held to the rules of registration. `errors` names the line first: `/17/callbackUrls/0`. Not repeated by itself: send the file again.',
      tag: 'Import and export',
      roles: [],
      parameters: [
        yesOrNo('dryRun', 'Only look: what would be refused is, and nothing is taken over.'),
      ],
      body: {
        type: NDJSON,
        schema: schema('RecordLine'),
        example: EXAMPLE.map((line) => JSON.stringify(line)).join('\n'),
      },
      success: {
        status: 200,
        description: 'The numbers of records imported, or that would be.',
        schema: schema('Imported'),
      },
      problems: [409],
    }),
  },
  '/admin/export': {
    get: staffOperation('exportRecords', {
      summary: 'Export all consumers and access tokens, as one snapshot',
      description:
        'The last line says how many came before; without it, the file was cut off. With `secrets=true` it holds secrets in the clear, and can be imported elsewhere. That it was asked for is on record. One at a time; a reader that takes nothing for 8 s is cut off.',
      tag: 'Import and export',
      roles: [],
      parameters: [yesOrNo('secrets', 'Whether secrets are told.')],
      success: {
        status: 200,
        description: 'One JSON object a line.',
        type: NDJSON,
        schema: schema('RecordLine'),
      },
      problems: [409],
    }),
  },
};
