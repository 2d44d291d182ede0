/**
 * Lets plain Node read the two kinds of asset import that Vite offers and the source uses:
 *   import text from './x.wgsl?raw'   default export: the file's text
 *   import url  from './x.wasm?url'   default export: a file: URL of the file
 *
 *   node --import tsx --import ./tools/wgslLoader.mjs script.ts
 *
 * The order matters little, but both are needed: tsx reads the TypeScript, this file the assets.
 */
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

const ASSET = /\?(raw|url)$/;

/** Node's resolve hook: keeps the query, and stops the chain, because tsx would drop one and look for a module. */
export async function resolve(specifier, context, nextResolve) {
  if (!ASSET.test(specifier) || context.parentURL === undefined) return nextResolve(specifier, context);
  return { url: new URL(specifier, context.parentURL).href, format: 'module', shortCircuit: true };
}

/** Node's load hook: turns the asset into a module with a default export. */
export async function load(url, context, nextLoad) {
  const kind = ASSET.exec(url)?.[1];
  if (kind === undefined || !url.startsWith('file:')) return nextLoad(url, context);
  const bare = url.replace(ASSET, '');
  const value = kind === 'raw' ? await readFile(fileURLToPath(bare), 'utf8') : bare;
  return { format: 'module', source: `export default ${JSON.stringify(value)};`, shortCircuit: true };
}

// Hooks run on a thread of Node's own, which loads this file too; only the first load registers.
if (isMainThread) register(import.meta.url);
