import { describe, expect, it } from 'vitest';
import { userNamespaceFix } from './features.ts';

describe('an ordinary user who gets no namespaces', () => {
  const fix = (settings: Readonly<Record<string, string>>) =>
    userNamespaceFix((name) => settings[name]);

  it('is told the settings of this machine that keep them from it, and no other', () => {
    expect(
      fix({ 'kernel.unprivileged_userns_clone': '0', 'user.max_user_namespaces': '96350' }),
    ).toBe(
      'run it as root: sudo sallyport lab up (or allow them: sudo sysctl -w kernel.unprivileged_userns_clone=1)',
    );
    expect(fix({ 'kernel.apparmor_restrict_unprivileged_userns': '1' })).toContain(
      'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0)',
    );
    expect(fix({ 'user.max_user_namespaces': '0' })).toContain('user.max_user_namespaces=10000)');
  });

  it('is told to be root where no setting is to blame', () => {
    expect(fix({ 'kernel.unprivileged_userns_clone': '1' })).toBe(
      'run it as root: sudo sallyport lab up',
    );
    expect(fix({})).toBe('run it as root: sudo sallyport lab up');
  });
});
