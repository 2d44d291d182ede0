import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AssetReader } from '../pipeline/assets';

/** The project's `public` folder. */
export const PUBLIC = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'public');

/** Reads shipped files from it. */
export const readPublic: AssetReader = (path) => Promise.resolve(new Uint8Array(readFileSync(join(PUBLIC, path))));
