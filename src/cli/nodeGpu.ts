import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DeviceError } from '../config/errors';
import { startEngine, type Engine, type EngineInfo } from '../kernels/device';
import { nodeThreads } from './nodeThreads';

const SOFTWARE_DRIVER = 'vk_swiftshader_icd.json';

/** Folders in which browsers ship the driver of their software GPU. */
function driverFolders(): string[] {
  const playwright = join(homedir(), '.cache', 'ms-playwright');
  const downloads = existsSync(playwright)
    ? readdirSync(playwright).map((name) => join(playwright, name, 'chrome-linux'))
    : [];
  return [
    '/usr/lib/chromium',
    '/usr/lib/chromium-browser',
    '/opt/google/chrome',
    '/opt/microsoft/msedge',
    '/snap/chromium/current/usr/lib/chromium-browser',
    ...downloads,
  ];
}

/** Whether a system Vulkan driver for real hardware is installed (Linux). */
function hasSystemDriver(): boolean {
  const folders = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'];
  return folders.some(
    (folder) => existsSync(folder) && readdirSync(folder).some((file) => !/lvp|swiftshader|mock/i.test(file)),
  );
}

/**
 * On Linux without a Vulkan driver, runs this very command again with the software driver that an installed Chromium,
 * Chrome or Edge brings along, and ends with its status. The loader reads its search path when a process starts, so the
 * variables cannot be set from inside. Returns where nothing of this is needed or possible.
 */
export function restartWithSoftwareDriver(): void {
  const { env } = process;
  if (process.platform !== 'linux' || env.VK_ICD_FILENAMES || env.VK_DRIVER_FILES || hasSystemDriver()) return;
  const folder = driverFolders().find((candidate) => existsSync(join(candidate, SOFTWARE_DRIVER)));
  if (!folder) return;
  const libraries = [folder, env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  const child = spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...env, VK_ICD_FILENAMES: join(folder, SOFTWARE_DRIVER), LD_LIBRARY_PATH: libraries },
  });
  process.exit(child.status ?? 1);
}

/**
 * Gives this Node process `navigator.gpu` through the npm package `webgpu` (Dawn).
 * @throws DeviceError saying how to get a driver
 */
export async function installNodeGpu(): Promise<void> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu = create([]);
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu, userAgent: `Node ${process.version}` },
    configurable: true,
  });
  if (!(await gpu.requestAdapter())) {
    throw new DeviceError(
      'webgpu: no adapter in Node; install a Vulkan driver, or a Chromium (its software driver is found by itself; Debian: apt-get install chromium), or use --engine wasm.',
    );
  }
}

/** Starts an engine in Node. `auto` looks for hardware only: where there is none the wasm engine takes over. */
export async function startNodeEngine(choice: Engine | 'auto'): Promise<EngineInfo> {
  if (choice === 'webgpu') {
    restartWithSoftwareDriver();
    await installNodeGpu();
  }
  if (choice === 'auto') await installNodeGpu().catch((error: Error) => process.stderr.write(`${error.message}\n`));
  return startEngine(choice, { threads: nodeThreads() });
}
