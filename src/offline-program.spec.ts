import os from 'node:os';
import { operatorName } from './offline-program.js';

describe('operatorName', () => {
  afterEach(() => jest.restoreAllMocks());

  it('is that of the account', () => {
    expect(operatorName()).toBe(os.userInfo().username);
  });

  it('is its number, where the account has no name, as in a container', () => {
    jest.spyOn(os, 'userInfo').mockImplementation(() => {
      throw new Error('A system error occurred: uv_os_get_passwd returned ENOENT');
    });
    expect(operatorName()).toBe(String(process.getuid?.()));
  });
});
