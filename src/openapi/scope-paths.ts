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
      summary: 'Get the description of a scope',
      tag: 'Scopes',
      roles: ['auditor'],
      success: { status: 200, description: 'The scope.', schema: schema('Scope') },
      problems: [404],
    }),
    put: staffOperation('describeScope', {
      summary: 'Set the title and description of a scope',
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
      summary: 'Delete the description of a scope; that of SCOPES_FILE applies again',
      tag: 'Scopes',
      roles: [],
      success: { status: 204, description: 'The description is deleted.' },
      problems: [404],
    }),
  },
};
