/**
 * Switches for every browser the tests start.
 *
 * WebGPU runs on SwiftShader, Chromium's software adapter, so that a machine without a GPU tests the same code and two
 * machines agree on the numbers. `WEBGPU_ADAPTER=native` leaves the choice of adapter to the browser.
 */
export const BROWSER_ARGS: string[] = [
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  ...(process.env.WEBGPU_ADAPTER === 'native' ? [] : ['--use-webgpu-adapter=swiftshader']),
  // Containers have no user namespaces for the sandbox, and a small /dev/shm; the pages opened are only our own.
  '--no-sandbox',
  '--disable-dev-shm-usage',
  // A test that needs the network is a bug, and background traffic costs time.
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--metrics-recording-only',
  '--no-first-run',
  '--no-default-browser-check',
  '--no-pings',
];
