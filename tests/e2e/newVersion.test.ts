import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { preview, type Plugin, type PreviewServer } from 'vite';
import { BROWSER_ARGS } from '../../tools/browserArgs';
import { certificate, networkAddresses } from '../../tools/certificate';
import { fileHashes } from '../../tools/offline';
import { PATIENCE_MS } from './support/page';

let folder = '';
let browser: Browser;
const servers: PreviewServer[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'versions-'));
  cpSync('dist', join(folder, 'page'), { recursive: true });
  browser = await chromium.launch({ executablePath: inject('browserPath'), args: BROWSER_ARGS });
});
afterAll(async () => {
  await browser.close();
  await Promise.all(servers.map((server) => server.close()));
  rmSync(folder, { recursive: true });
});

/** Serves the copy of the page, as `npm start` serves the built one. */
async function serve(
  options: { port: number; https?: { key: string; cert: string }; host?: true },
  plugins: Plugin[] = [],
): Promise<string> {
  const server = await preview({
    logLevel: 'error',
    plugins,
    build: { outDir: join(folder, 'page') },
    preview: { ...options, open: false },
  });
  servers.push(server);
  return server.resolvedUrls?.[options.host ? 'network' : 'local'][0] ?? '';
}

async function openAt(address: string): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await page.goto(`${address}?preset=nano&engine=wasm&lang=en`);
  return page;
}

/** What a second build leaves: another file, and the service worker that lists its hash. */
function publishAnother(): void {
  const root = join(folder, 'page');
  const index = join(root, 'index.html');
  writeFileSync(index, readFileSync(index, 'utf8').replace('<html', '<html data-build="second"'));
  const code = readFileSync(join(root, 'sw.js'), 'utf8');
  writeFileSync(
    join(root, 'sw.js'),
    code.replace(/^const FILES = .*$/m, `const FILES = ${JSON.stringify(fileHashes(root))};`),
  );
}

test('a new version waits for the visitor and then takes over whole', async () => {
  const address = await serve({ port: 4373 });
  const page = await openAt(address);
  await page.evaluate(() => (location.hash = '#/settings'));
  await page.getByText('Ready: the page opens without a network.').waitFor();

  publishAnother();
  await page.reload();
  const build = () => page.locator('html').getAttribute('data-build');
  await page.getByText('A new version').waitFor();
  expect(await build(), 'the old version goes on until the visitor agrees').toBeNull();
  await page.reload();
  await page.getByText('A new version').waitFor();
  expect(await build(), 'a reload alone changes nothing').toBeNull();

  await page.getByRole('button', { name: 'Update' }).click();
  await page.locator('html[data-build="second"]').waitFor();
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await page.getByText('A new version').count()).toBe(0);
  await page.context().close();
});

test('a copy that the network interrupted goes on where it stopped', async () => {
  const isLost = (url: string) => url.endsWith('/models/small/base.safetensors');
  let losses = 0;
  let isWeak = true;
  const asked: string[] = [];
  const weakNetwork: Plugin = {
    name: 'weak-network',
    configurePreviewServer: (server) => {
      server.middlewares.use((request, response, next) => {
        const url = request.url ?? '';
        if (request.headers['service-worker'] === undefined && request.headers.referer?.endsWith('sw.js'))
          asked.push(url);
        if (!isWeak || !isLost(url)) return next();
        losses += 1;
        response.destroy();
      });
    },
  };
  const page = await openAt(await serve({ port: 4673 }, [weakNetwork]));
  await page.evaluate(() => (location.hash = '#/settings'));
  await page.getByText('the network dropped a file').waitFor();
  expect(losses).toBeGreaterThan(0);
  const before = asked.filter((url) => !isLost(url));

  isWeak = false;
  await page.context().setOffline(true);
  await page.context().setOffline(false);
  await page.getByText('Ready: the page opens without a network.').waitFor();
  const again = asked.slice(asked.findLastIndex((url) => isLost(url)) + 1);
  expect(before.length, 'files came before the lost one').toBeGreaterThan(0);
  expect(
    again.filter((url) => before.includes(url)),
    'what had arrived is not asked for again',
  ).toEqual([]);
  await page.context().close();
});

test('browsers can read the manifest, and its pictures are as large as it says', async () => {
  const page = await openAt(await serve({ port: 4373 }));
  const session = await page.context().newCDPSession(page);
  const { errors, data, url } = await session.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  const manifest = JSON.parse(data ?? '') as { start_url: string; icons: { src: string; sizes: string }[] };
  expect(new URL(manifest.start_url, url).pathname, 'works from any folder').toBe('/');
  for (const { src, sizes } of manifest.icons) {
    const size = await page.evaluate(async (picture) => {
      const image = new Image();
      image.src = picture;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, new URL(src, url).href);
    if (sizes !== 'any') expect(size, src).toBe(sizes);
  }
  await page.context().close();
});

test('over https another device of the network gets the whole page, over plain http it is told what is missing', async () => {
  const [own] = networkAddresses(networkInterfaces());
  const addresses = own === undefined ? [] : [own];
  const secure = await serve({ port: 4473, host: true, https: await certificate(join(folder, 'https'), addresses) });
  const plain = await serve({ port: 4573, host: true });
  // A machine without a network has no address for others; then there is nothing to be told apart.
  if (own === undefined) return;
  const page = await openAt(secure);
  await page.getByRole('button', { name: 'Watch PPO now' }).waitFor();
  expect(await page.evaluate(() => [isSecureContext, crossOriginIsolated])).toEqual([true, true]);
  expect(await page.getByText('--https').count()).toBe(0);
  await page.context().close();

  const other = await openAt(plain);
  await other.getByText('--https').first().waitFor();
  expect(await other.evaluate(() => isSecureContext)).toBe(false);
  await other.context().close();
});
