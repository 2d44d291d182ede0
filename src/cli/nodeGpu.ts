import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DeviceError } from '../config/errors';

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
 * Gives this Node process `navigator.gpu` through the npm package `webgpu` (Dawn). On Linux without a Vulkan driver it
 * points the loader to the software driver that an installed Chromium, Chrome or Edge brings along.
 * @throws DeviceError saying how to get a driver
 */
export async function installNodeGpu(): Promise<void> {
  if (
    process.platform === 'linux' &&
    !process.env.VK_ICD_FILENAMES &&
    !process.env.VK_DRIVER_FILES &&
    !hasSystemDriver()
  ) {
    const driver = driverFolders()
      .map((folder) => join(folder, 'vk_swiftshader_icd.json'))
      .find(existsSync);
    if (driver) process.env.VK_ICD_FILENAMES = driver;
  }
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
