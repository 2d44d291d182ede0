/** Draws the icons of the installed page from `public/icon.svg`: `npx tsx tools/icons.ts`. The results are committed. */
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { BROWSER_ARGS } from './browserArgs';
import { ensureBrowser } from './findBrowser';

/** `inset` is the share of each side left free: launchers cut maskable icons down to a circle of 80 %. */
const ICONS = [
  { file: 'icon-192.png', size: 192, inset: 0 },
  { file: 'icon-512.png', size: 512, inset: 0 },
  { file: 'icon-maskable.png', size: 512, inset: 0.16 },
  { file: 'icon-touch.png', size: 180, inset: 0.1 },
];

const picture = `data:image/svg+xml;base64,${readFileSync('public/icon.svg').toString('base64')}`;
const browser = await chromium.launch({ executablePath: ensureBrowser().path, args: BROWSER_ARGS });
const page = await browser.newPage();
for (const { file, size, inset } of ICONS) {
  const side = Math.round(size * (1 - 2 * inset));
  const background = inset > 0 ? '#ffffff' : 'transparent';
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<body style="margin:0;display:grid;place-items:center;height:100vh;background:${background}"><img width="${side}" height="${side}" src="${picture}"></body>`,
  );
  await page.screenshot({ path: `public/${file}`, omitBackground: true });
}
await browser.close();
