/** Reading case files from disk, in Node. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { weightFiles } from './cases';

export interface CaseFile {
  text: string;
  /** Bytes of the weight files that the case mentions, by name. */
  weights: Record<string, Uint8Array>;
}

/** GOLDEN_DIR, or the cases of this repository. */
export function goldenFolder(): string {
  return resolve(process.env.GOLDEN_DIR || join(import.meta.dirname, '../fixtures/golden'));
}

/** @throws Error when there is no case at all */
export function caseFiles(folder: string): string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  if (files.length === 0) throw new Error(`golden: ${folder} holds no .json file; expected one case a file.`);
  return files.sort();
}

/** @throws Error when the case or one of its weight files cannot be read */
export function readCase(folder: string, file: string): CaseFile {
  const text = readFileSync(join(folder, file), 'utf8');
  const weights = weightFiles(text).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))] as const);
  return { text, weights: Object.fromEntries(weights) };
}
