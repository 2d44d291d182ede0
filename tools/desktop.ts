/**
 * Tells whether a browser window can be opened for the person who typed the command.
 * @param env the process environment; a remote shell or a build machine counts as no desktop
 */
export function hasDesktop(platform: NodeJS.Platform, env: Record<string, string | undefined>): boolean {
  if (env.CI || env.SSH_CONNECTION) return false;
  if (platform === 'darwin' || platform === 'win32') return true;
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}
