import { expect, test } from 'vitest';
import { hasDesktop } from '../../tools/desktop';

test.each([
  ['darwin', {}, true],
  ['win32', {}, true],
  ['linux', { DISPLAY: ':0' }, true],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
  ['linux', {}, false],
  ['linux', { DISPLAY: ':0', CI: 'true' }, false],
  ['darwin', { SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, false],
] as const)('%s with %j: %s', (platform, env, expected) => {
  expect(hasDesktop(platform, env)).toBe(expected);
});
