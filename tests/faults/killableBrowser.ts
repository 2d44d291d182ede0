import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { BROWSER_ARGS } from '../../tools/browserArgs';

/** How long a browser may take to open its debugging port. */
const PORT_WAIT_MS = 60_000;

/** A browser with a profile on disk that can be killed as a crash or the power button would do it. */
export interface KillableBrowser {
  page: Page;
  /** SIGKILL to the browser and all its children; resolves when it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a browser on a profile that an earlier one may have left in whatever state.
 * @param program path of a Chromium
 */
export async function openKillable(program: string, profile: string): Promise<KillableBrowser> {
  const portFile = join(profile, 'DevToolsActivePort');
  rmSync(portFile, { force: true });
  const args = ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, ...BROWSER_ARGS];
  // A group of its own, so that one signal reaches every process of the browser.
  const child = spawn(program, [...args, 'about:blank'], { detached: true, stdio: 'ignore' });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${await portOf(portFile, child)}`);
    const [context] = browser.contexts();
    const page = context.pages()[0] ?? (await context.newPage());
    return { page, kill: () => killGroup(child, gone, browser) };
  } catch (error) {
    await killGroup(child, gone, null);
    throw error;
  }
}

async function portOf(file: string, child: ChildProcess): Promise<string> {
  const end = Date.now() + PORT_WAIT_MS;
  while (Date.now() < end && child.exitCode === null) {
    // The file is written in two lines; the first is the port.
    if (existsSync(file) && readFileSync(file, 'utf8').includes('\n')) return readFileSync(file, 'utf8').split('\n')[0];
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`faults: the browser opened no debugging port in ${PORT_WAIT_MS / 1000} s; expected ${file}.`);
}

async function killGroup(child: ChildProcess, gone: Promise<void>, browser: Browser | null): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  await gone;
  await browser?.close();
}
