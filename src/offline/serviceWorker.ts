/**
 * Keeps the built page on the device, so that it opens without a network after the first visit.
 *
 * The build writes the list of all its files, each with a hash of its content. Files are kept under address and hash:
 * a new version fetches only what changed (checkpoints rarely do), and the old version stays whole until the visitor
 * agrees to the new one. Nothing outside the list is kept or answered, and nothing is ever fetched from elsewhere.
 */
/** Filled in by the build: every file of the page, relative to its folder, with its SHA-256 in hexadecimal. */
declare const FILES: Readonly<Record<string, string>>;

const worker = self as unknown as ServiceWorkerGlobalScope;
const CACHE = 'rlhf-in-a-tab';
const SCOPE = worker.registration.scope;

/** The name a file is kept under. The query never reaches a server. */
const keyOf = (path: string) => `${SCOPE}${path}?kept=${FILES[path]}`;

async function hashOf(response: Response): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await response.clone().arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Fetches what is not here yet. A file that does not match its hash belongs to another version: nothing is installed. */
async function keepFiles(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const path of Object.keys(FILES)) {
    if ((await cache.match(keyOf(path))) !== undefined) continue;
    let response = await fetch(SCOPE + path);
    // The browser's own cache may hold the file of an older version under the same name.
    if (response.ok && (await hashOf(response)) !== FILES[path])
      response = await fetch(SCOPE + path, { cache: 'reload' });
    if (!response.ok || (await hashOf(response)) !== FILES[path])
      throw new Error(
        `serviceWorker: ${path} came with status ${response.status} or other content than the build had.`,
      );
    // Some hosts send index.html on to its folder, and a redirected answer may not open a page.
    await cache.put(keyOf(path), response.redirected ? new Response(response.body, response) : response);
  }
}

async function forgetOtherVersions(): Promise<void> {
  const cache = await caches.open(CACHE);
  const wanted = new Set(Object.keys(FILES).map(keyOf));
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
}

/** The file an address means, or null when it is none of this page's. */
function pathOf(request: Request): string | null {
  const url = new URL(request.url);
  if (request.method !== 'GET' || !url.href.startsWith(SCOPE)) return null;
  const path = decodeURIComponent((url.origin + url.pathname).slice(SCOPE.length));
  if (path === '') return 'index.html';
  return Object.hasOwn(FILES, path) ? path : null;
}

async function answer(request: Request, path: string): Promise<Response> {
  const kept = await (await caches.open(CACHE)).match(keyOf(path));
  return kept ?? fetch(request);
}

worker.addEventListener('install', (event) => event.waitUntil(keepFiles()));

worker.addEventListener('activate', (event) =>
  event.waitUntil(forgetOtherVersions().then(() => worker.clients.claim())),
);

worker.addEventListener('fetch', (event) => {
  const path = pathOf(event.request);
  if (path !== null) event.respondWith(answer(event.request, path));
});

// Sent by the page when the visitor agrees to the new version.
worker.addEventListener('message', (event) => {
  if (event.data === 'activate') void worker.skipWaiting();
});
