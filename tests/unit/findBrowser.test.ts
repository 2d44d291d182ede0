import { expect, test } from 'vitest';
import { ensureBrowser, findBrowser, type Machine } from '../../tools/findBrowser';

/** A machine on which only the named files exist; `installs` maps a command to the file it puts there. */
function machine(files: string[], overrides: Partial<Machine> = {}, installs: Record<string, string> = {}) {
  const present = new Set(files);
  const commands: string[] = [];
  const fake: Machine = {
    platform: 'linux',
    env: { PATH: '/usr/local/bin:/usr/bin' },
    home: '/home/ada',
    isRoot: false,
    exists: (path) => present.has(path),
    list: (folder) => [
      ...new Set(
        [...present]
          .filter((path) => path.startsWith(`${folder}/`))
          .map((path) => path.slice(folder.length + 1).split('/')[0]),
      ),
    ],
    run: (command, args) => {
      const line = [command, ...args].join(' ');
      commands.push(line);
      const file = Object.entries(installs).find(([start]) => line.startsWith(start))?.[1];
      if (file !== undefined) present.add(file);
      return file !== undefined;
    },
    starts: () => true,
    ...overrides,
  };
  return { fake, commands };
}

const PLAYWRIGHT = '/home/ada/.cache/ms-playwright';

test('the environment variable comes before an installed browser, and BROWSER_PATH before CHROME_PATH', () => {
  const files = ['/opt/mine', '/opt/other', '/usr/bin/google-chrome'];
  const both = machine(files, { env: { PATH: '/usr/bin', BROWSER_PATH: '/opt/mine', CHROME_PATH: '/opt/other' } });
  expect(findBrowser(both.fake)).toEqual({ path: '/opt/mine', source: 'environment' });
  const second = machine(files, { env: { PATH: '/usr/bin', BROWSER_PATH: '', CHROME_PATH: '/opt/other' } });
  expect(findBrowser(second.fake)?.path).toBe('/opt/other');
});

test('a variable that names nothing is an error, not a reason to take another browser', () => {
  const { fake } = machine(['/usr/bin/chromium'], { env: { BROWSER_PATH: '/gone' } });
  expect(() => findBrowser(fake)).toThrow(/BROWSER_PATH is \/gone/);
});

test('Chrome comes before Edge, Edge before Chromium, installed before downloaded', () => {
  const order = [
    '/usr/bin/google-chrome',
    '/usr/bin/microsoft-edge',
    '/usr/bin/chromium',
    `${PLAYWRIGHT}/chromium-1200/chrome-linux64/chrome`,
  ];
  order.forEach((path, index) => expect(findBrowser(machine(order.slice(index)).fake)?.path).toBe(path));
});

test('a place holder that does not start is passed over', () => {
  const { fake } = machine(['/usr/bin/chromium', `${PLAYWRIGHT}/chromium-9/chrome-linux/chrome`], {
    starts: (path) => path !== '/usr/bin/chromium',
  });
  expect(findBrowser(fake)?.source).toBe('playwright');
});

test('of several downloads the newest is taken, by number', () => {
  const { fake } = machine(['999', '1200'].map((build) => `${PLAYWRIGHT}/chromium-${build}/chrome-linux/chrome`));
  expect(findBrowser(fake)?.path).toContain('chromium-1200');
});

test('macOS and Windows are searched in their usual places', () => {
  const edge = '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge';
  expect(findBrowser(machine([edge], { platform: 'darwin' }).fake)?.path).toBe(edge);
  const chrome = 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe';
  const windows = machine([chrome], { platform: 'win32', env: { PROGRAMFILES: 'C:\\Program Files' } });
  expect(findBrowser(windows.fake)?.path).toBe(chrome);
});

test('a Debian-family system as root installs the package', () => {
  const { fake, commands } = machine(
    ['/usr/bin/apt-get'],
    { isRoot: true },
    {
      'apt-get update': '/var/lib/apt/lists',
      'apt-get install -y chromium': '/usr/bin/chromium',
    },
  );
  expect(ensureBrowser(fake)).toEqual({ path: '/usr/bin/chromium', source: 'installed' });
  expect(commands).toEqual(['apt-get update', 'apt-get install -y chromium']);
});

test('without root, or when the package fails, Playwright downloads one', () => {
  const download = { 'npx playwright-core install': `${PLAYWRIGHT}/chromium-1200/chrome-linux64/chrome` };
  const user = machine(['/usr/bin/apt-get'], {}, download);
  expect(ensureBrowser(user.fake).source).toBe('playwright');
  expect(user.commands).toEqual(['npx playwright-core install --no-shell chromium']);
  const root = machine(['/usr/bin/apt-get'], { isRoot: true }, download);
  expect(ensureBrowser(root.fake).source).toBe('playwright');
  expect(root.commands).toEqual(['apt-get update', 'npx playwright-core install --with-deps --no-shell chromium']);
});

test('when nothing helps, the error says what to do', () => {
  expect(() => ensureBrowser(machine([]).fake)).toThrow(/set BROWSER_PATH/);
});
