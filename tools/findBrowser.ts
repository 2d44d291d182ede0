import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, posix, win32 } from 'node:path';

/** What the search asks of the machine; tests hand in their own. */
export interface Machine {
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
  home: string;
  isRoot: boolean;
  exists(path: string): boolean;
  /** Names in a folder, empty where there is none. */
  list(folder: string): string[];
  /** Runs a command with its output on standard error; true when it ended with 0. */
  run(command: string, args: string[]): boolean;
  /** True when the program starts, which the place holders of some distributions do not. */
  starts(path: string): boolean;
}

/** A browser that can run the tests, and how it was found. */
export interface Browser {
  path: string;
  source: 'environment' | 'installed' | 'playwright';
}

const VARIABLES = ['BROWSER_PATH', 'CHROME_PATH'];

const LINUX_NAMES = [
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
  'chromium',
  'chromium-browser',
];
const LINUX_PATHS = ['/opt/google/chrome/chrome', '/opt/microsoft/msedge/msedge', '/snap/bin/chromium'];
const MAC_APPS = ['Google Chrome', 'Microsoft Edge', 'Chromium'];
const WINDOWS_PATHS = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
  'Chromium\\Application\\chrome.exe',
];
const PLAYWRIGHT_PATHS: Partial<Record<NodeJS.Platform, string[]>> = {
  linux: ['chrome-linux64/chrome', 'chrome-linux/chrome'],
  darwin: ['chrome-mac-arm64', 'chrome-mac-x64', 'chrome-mac'].flatMap((folder) => [
    `${folder}/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing`,
    `${folder}/Chromium.app/Contents/MacOS/Chromium`,
  ]),
  win32: ['chrome-win64\\chrome.exe', 'chrome-win\\chrome.exe'],
};

/** The machine this process runs on. */
export function thisMachine(): Machine {
  return {
    platform: process.platform,
    env: process.env,
    home: homedir(),
    isRoot: process.getuid?.() === 0,
    exists: existsSync,
    list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
    run: (command, args) =>
      spawnSync(command, args, {
        stdio: ['ignore', process.stderr, process.stderr],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
        shell: process.platform === 'win32',
      }).status === 0,
    // On Windows `chrome.exe --version` opens a window instead of answering.
    starts: (path) =>
      process.platform === 'win32' || spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0,
  };
}

/**
 * Finds a Chromium-family browser: environment variable, then an installed Chrome, Edge or Chromium, then one that
 * Playwright downloaded earlier.
 * @returns the first that exists and starts, or undefined
 * @throws Error when an environment variable names a file that is not there
 */
export function findBrowser(machine: Machine = thisMachine()): Browser | undefined {
  for (const name of VARIABLES) {
    const path = machine.env[name];
    if (path === undefined || path === '') continue;
    if (machine.exists(path)) return { path, source: 'environment' };
    throw new Error(
      `findBrowser: ${name} is ${path}, where there is no file; expected the program of a Chromium-family browser; correct or unset ${name}.`,
    );
  }
  const usable = (path: string) => machine.exists(path) && machine.starts(path);
  const installed = installedPaths(machine).find(usable);
  if (installed !== undefined) return { path: installed, source: 'installed' };
  const downloaded = playwrightPaths(machine).find(usable);
  if (downloaded !== undefined) return { path: downloaded, source: 'playwright' };
  return undefined;
}

/**
 * Finds a browser as {@link findBrowser} does, else installs one: the package `chromium` on a Debian-family system as
 * root, else Playwright's download.
 * @throws Error that says what to do, when nothing could be found or installed
 */
export function ensureBrowser(machine: Machine = thisMachine()): Browser {
  const found = findBrowser(machine);
  if (found !== undefined) return found;
  for (const install of [installWithApt, installWithPlaywright]) {
    if (!install(machine)) continue;
    const installed = findBrowser(machine);
    if (installed !== undefined) return installed;
  }
  throw new Error(
    'ensureBrowser: no Chrome, Edge or Chromium was found, and none could be installed; expected a Chromium-family ' +
      'browser for the WebGPU tests; install one and, if it is in an unusual place, set BROWSER_PATH to its program.',
  );
}

function installedPaths(machine: Machine): string[] {
  if (machine.platform === 'darwin') {
    const folders = ['/Applications', posix.join(machine.home, 'Applications')];
    return MAC_APPS.flatMap((app) => folders.map((folder) => `${folder}/${app}.app/Contents/MacOS/${app}`));
  }
  if (machine.platform === 'win32') {
    const roots = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) => machine.env[name] ?? []);
    return WINDOWS_PATHS.flatMap((path) => roots.map((root) => win32.join(root, path)));
  }
  const folders = new Set([...(machine.env.PATH ?? '').split(delimiter).filter(Boolean), '/usr/bin', '/usr/local/bin']);
  return [...LINUX_NAMES.flatMap((name) => [...folders].map((folder) => posix.join(folder, name))), ...LINUX_PATHS];
}

function playwrightPaths(machine: Machine): string[] {
  const { join } = machine.platform === 'win32' ? win32 : posix;
  const cache = {
    linux: join(machine.home, '.cache'),
    darwin: join(machine.home, 'Library', 'Caches'),
    win32: machine.env.LOCALAPPDATA ?? join(machine.home, 'AppData', 'Local'),
  }[machine.platform as string];
  const folder =
    machine.env.PLAYWRIGHT_BROWSERS_PATH ?? (cache === undefined ? undefined : join(cache, 'ms-playwright'));
  if (folder === undefined) return [];
  const builds = machine
    .list(folder)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort((a, b) => Number(b.slice(9)) - Number(a.slice(9)));
  const programs = PLAYWRIGHT_PATHS[machine.platform] ?? [];
  return builds.flatMap((build) => programs.map((program) => join(folder, build, program)));
}

function installWithApt(machine: Machine): boolean {
  if (machine.platform !== 'linux' || !machine.isRoot || !machine.exists('/usr/bin/apt-get')) return false;
  return machine.run('apt-get', ['update']) && machine.run('apt-get', ['install', '-y', 'chromium']);
}

function installWithPlaywright(machine: Machine): boolean {
  // The libraries the download needs can only be installed by root.
  const libraries = machine.platform === 'linux' && machine.isRoot ? ['--with-deps'] : [];
  return machine.run('npx', ['playwright-core', 'install', ...libraries, '--no-shell', 'chromium']);
}
