import os from 'node:os';
import { actorWithoutRequest } from '../audit/audit-event.js';
import { operator } from './offline-program.js';

describe('operator', () => {
  afterEach(() => jest.restoreAllMocks());

  it('is that of the account', () => {
    expect(operator('import')).toEqual(actorWithoutRequest(`import:${os.userInfo().username}`));
  });

  it('is its number, where the account has no name, as in a container', () => {
    jest.spyOn(os, 'userInfo').mockImplementation(() => {
      throw new Error('A system error occurred: uv_os_get_passwd returned ENOENT');
    });
    expect(operator('import')).toEqual(actorWithoutRequest(`import:${process.getuid?.()}`));
  });
});
