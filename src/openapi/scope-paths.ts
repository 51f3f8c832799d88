import { parameter, schema, staffOperation } from './operation.js';

/** What scopes mean to resource owners. */
export const scopePaths = {
  '/admin/scopes': {
    get: staffOperation('listScopes', {
      summary: 'List the scopes that staff have described, by name',
      description: 'Scopes of SCOPES_FILE alone are not among them.',
      tag: 'Scopes',
      roles: ['auditor'],
      parameters: [parameter('limit'), parameter('cursor')],
      success: { status: 200, description: 'A page.', schema: schema('ScopePage') },
    }),
  },
  '/admin/scopes/{scope}': {
    parameters: [parameter('scope')],
    get: staffOperation('getScope', {
      summary: 'Show what staff say of a scope',
      tag: 'Scopes',
      roles: ['auditor'],
      success: { status: 200, description: 'It.', schema: schema('Scope') },
      problems: [404],
    }),
    put: staffOperation('describeScope', {
      summary: 'Say what a scope means to resource owners',
      description:
        'One of `title` and `description` at least. The service’s own pages show them instead of what SCOPES_FILE says of the scope; without a title they show the scope’s name. Answered with 201 the first time.',
      tag: 'Scopes',
      roles: [],
      body: {
        schema: schema('ScopeDescription'),
        example: {
          title: 'See your photos',
          description: 'All albums, the private ones included.',
        },
      },
      success: { status: 200, description: 'As it is now.', schema: schema('Scope') },
      alsoSuccess: 201,
    }),
    delete: staffOperation('forgetScope', {
      summary: 'Take back what staff say of a scope; SCOPES_FILE counts again',
      tag: 'Scopes',
      roles: [],
      success: { status: 204, description: 'It is gone.' },
      problems: [404],
    }),
  },
};
