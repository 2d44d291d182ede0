import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { BROWSER_ARGS } from '../../tools/browserArgs';
import { PATIENCE_MS } from './support/page';

/** What the build reads. */
const SOURCES = ['src', 'public', 'shaders', 'tools', 'index.html', 'vite.config.ts', 'package.json', 'tsconfig.json'];

let child: ChildProcess | undefined;
let said = '';
let folder = '';

/** The environment of a terminal: what the test runner adds would make another build. No window is opened. */
function terminal(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => name !== 'NODE_ENV' && !name.startsWith('VITEST'));
  return { ...Object.fromEntries(own), CI: '1' };
}

/**
 * Starts the command as a teacher types it, and waits for the address it prints. In a copy of the project, because it
 * builds the page: the other tests look at the one that is built already.
 */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'start-'));
  for (const source of SOURCES) cpSync(source, join(folder, source), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
  const started = spawn(
    process.execPath,
    ['--import', 'tsx', 'tools/start.ts', '--https', '--host', '--port', '4773'],
    {
      cwd: folder,
      env: terminal(),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  child = started;
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Press Ctrl+C')) resolve();
    };
    started.stdout.on('data', listen);
    started.stderr.on('data', listen);
    started.on('exit', (code) =>
      reject(new Error(`npm start ended with ${code}; expected an address. It said:\n${said}`)),
    );
  });
}, 300_000);

afterAll(() => {
  child?.kill();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  status: number | undefined;
  headers: Record<string, unknown>;
  body: string;
  names: string;
  protocol: string | null;
}

/** A real TLS request; the certificate was made here, so nobody has signed it. */
function ask(url: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get(url, { rejectUnauthorized: false }, (response) => {
      const socket = response.socket as TLSSocket;
      const seen = { names: socket.getPeerCertificate().subjectaltname ?? '', protocol: socket.getProtocol() };
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body, ...seen }));
    }).on('error', reject);
  });
}

const addressesIn = (text: string) => [...text.matchAll(/https:\/\/[^\s]+/g)].map(([address]) => address);

test('every address it prints answers over TLS, isolated, with a certificate in that name', async () => {
  const addresses = addressesIn(said);
  expect(addresses.length).toBeGreaterThan(0);
  expect(said).toContain('Each device warns once');
  for (const address of addresses) {
    const { status, headers, body, names, protocol } = await ask(address);
    expect(status, address).toBe(200);
    expect(protocol).toMatch(/^TLSv1\.[23]$/);
    expect(names).toContain(new URL(address).hostname);
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
    expect(body).toContain('RLHF in a tab');
  }
});

test('another device that went past the warning gets a secure, isolated page with its graphics card', async () => {
  const address = addressesIn(said).at(-1)!;
  const browser = await chromium.launch({ executablePath: inject('browserPath'), args: BROWSER_ARGS });
  try {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    await page.goto(`${address}?preset=nano&engine=wasm&lang=en`);
    await page.getByRole('button', { name: 'Watch PPO now' }).waitFor();
    const seen = await page.evaluate(async () => ({
      isSecure: isSecureContext,
      isIsolated: crossOriginIsolated,
      hasWebGpu: 'gpu' in navigator && (await navigator.gpu.requestAdapter()) !== null,
      hasServiceWorker: 'serviceWorker' in navigator,
    }));
    expect(seen).toEqual({ isSecure: true, isIsolated: true, hasWebGpu: true, hasServiceWorker: true });
  } finally {
    await browser.close();
  }
});
