/** The build's part of working offline: the service worker, with the list of every built file and its hash. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';
import type { Plugin } from 'vite';

const SOURCE = 'src/offline/serviceWorker.ts';
/** Read by hosts, never by the page. */
const NOT_SERVED = ['_headers', 'sw.js'];

/** Every file below `folder` the page may ask for, by its path with forward slashes, with its SHA-256. */
export function fileHashes(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !NOT_SERVED.includes(path))
    .sort();
  return Object.fromEntries(
    paths.map((path) => [
      path,
      createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('hex'),
    ]),
  );
}

/** Writes `sw.js` beside the built page. Its content changes with any file, which is how browsers notice a new version. */
export const offline: Plugin = {
  name: 'offline',
  apply: 'build',
  writeBundle(options) {
    const folder = resolve(options.dir ?? 'dist');
    const { outputText } = ts.transpileModule(readFileSync(SOURCE, 'utf8'), {
      compilerOptions: { target: ts.ScriptTarget.ES2022, removeComments: true },
    });
    writeFileSync(join(folder, 'sw.js'), `const FILES = ${JSON.stringify(fileHashes(folder))};\n${outputText}`);
  },
};
