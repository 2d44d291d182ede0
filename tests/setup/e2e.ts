import { preview } from 'vite';
import type { TestProject } from 'vitest/node';
import { ensureBrowser } from '../../tools/findBrowser';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the built page, in a folder that is not the root of its host. */
    pageUrl: string;
    /** Program of the browser that the whole-app tests drive. */
    browserPath: string;
  }
}

/** Serves `dist` from a sub-folder for all whole-app tests, as a static host would; `inject('pageUrl')` reads it. */
export default async function serveBuiltPage(project: TestProject): Promise<() => Promise<void>> {
  project.provide('browserPath', ensureBrowser().path);
  const server = await preview({ base: '/any/folder/', logLevel: 'error', preview: { port: 4273, open: false } });
  const address = server.resolvedUrls?.local[0];
  if (address === undefined) {
    throw new Error(
      'tests/setup/e2e: the preview server gave no address; expected one from port 4273 on; free a port.',
    );
  }
  project.provide('pageUrl', address);
  return () => server.close();
}
