/**
 * A browser without WebGPU must fail the tests, not skip them: every file of tests/webgpu runs this first.
 */
const adapter = await navigator.gpu?.requestAdapter();
if (!adapter) {
  throw new Error(
    `tests/setup/webgpu: ${'gpu' in navigator ? 'no WebGPU adapter' : 'no navigator.gpu'} in ${navigator.userAgent}; ` +
      'expected at least the software adapter; point BROWSER_PATH to a newer Chrome, Edge or Chromium.',
  );
}

export {};
