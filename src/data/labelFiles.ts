/** Label files: one label per line, as JSON. */
import { ConfigError } from '../config/errors';
import { shownName } from '../config/hiddenText';
import { fileProblem, LabelLines, lineProblem, refused, type LabelFileLimits, type ParsedLabels } from './labelLines';
import type { DemonstrationLabel, RankingLabel } from './labels';

export type { LabelFileLimits, ParsedLabels, RejectedLine } from './labelLines';

export const LABEL_FILE_LIMITS: LabelFileLimits = { maxLength: 32 << 20, maxLines: 100_000, maxLineLength: 128 << 10 };

/** Of the files chosen at once: a lecture hall, not more. */
export const LABEL_FILES_LIMITS = { files: 500, bytes: 64 << 20 } as const;

/** What a file is read from: a `File` of the page, or anything with a size and a stream of bytes. */
export type ReadableFile = Pick<Blob, 'size' | 'stream'>;

/**
 * Reads the text of a label file. Good lines are returned whatever else is in the file; whether to keep them when others
 * were rejected is for the caller to ask. A line with a `completion` is a demonstration, any other one a ranking. Empty
 * lines are skipped. Never throws; time is linear in the length.
 */
export function parseLabels(text: string, limits: LabelFileLimits = LABEL_FILE_LIMITS): ParsedLabels {
  if (text.length > limits.maxLength)
    return refused(fileProblem(`${text.length} characters`, `at most ${limits.maxLength}`));
  const lines = new LabelLines(limits);
  for (const content of text.split('\n')) {
    lines.take(content);
    if (lines.hasTooMany) break;
  }
  return lines.end();
}

const NEWLINE = 10;

/** Cuts bytes into lines. Of a line that is too long no more is held than the limit. */
class ByteLines {
  #parts: Uint8Array[] = [];
  #length = 0;
  #text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(
    readonly lines: LabelLines,
    readonly maxLineLength: number,
  ) {}

  push(chunk: Uint8Array): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      this.endLine();
      if (this.lines.hasTooMany) return;
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  #keep(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (this.#length > this.maxLineLength) this.#parts = [];
    else this.#parts.push(bytes);
  }

  endLine(): void {
    const length = this.#length;
    const bytes = new Uint8Array(length > this.maxLineLength ? 0 : length);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.#length = 0;
    if (length > this.maxLineLength) {
      const expected = `at most ${this.maxLineLength} bytes`;
      this.lines.skip(lineProblem(`${length} bytes`, expected, 'Shorten the line or remove it.'));
      return;
    }
    const text = this.#decode(bytes);
    if (text !== null) this.lines.take(text);
    else this.lines.skip(lineProblem('bytes that are no UTF-8', 'text in UTF-8', 'Save the file as UTF-8.'));
  }

  #decode(bytes: Uint8Array): string | null {
    try {
      return this.#text.decode(bytes);
    } catch {
      return null;
    }
  }
}

/**
 * Reads a label file as {@link parseLabels} does, a piece at a time; one that is too large is refused unread. Lines that
 * are no UTF-8 are rejected, not repaired.
 */
export async function readLabelFile(
  file: ReadableFile,
  limits: LabelFileLimits = LABEL_FILE_LIMITS,
): Promise<ParsedLabels> {
  if (file.size > limits.maxLength) return refused(fileProblem(`${file.size} bytes`, `at most ${limits.maxLength}`));
  const lines = new LabelLines(limits);
  const bytes = new ByteLines(lines, limits.maxLineLength);
  const reader = file.stream().getReader();
  for (let next = await reader.read(); !next.done && !lines.hasTooMany; next = await reader.read())
    bytes.push(next.value);
  await reader.cancel();
  bytes.endLine();
  return lines.end();
}

const SHOWN_NAME = 120;

/**
 * Reads files one after the other; each comes back under a name in which everything can be seen.
 * @throws ConfigError when there are too many, or they are too large together; then none is read
 */
export async function readLabelFiles(
  files: readonly { readonly name: string; readonly file: ReadableFile }[],
): Promise<({ name: string } & ParsedLabels)[]> {
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  if (files.length > LABEL_FILES_LIMITS.files || bytes > LABEL_FILES_LIMITS.bytes)
    throw new ConfigError(
      `label files: got ${files.length} with ${bytes} bytes; expected at most ${LABEL_FILES_LIMITS.files} with ${LABEL_FILES_LIMITS.bytes}; bring them in parts.`,
    );
  const parsed = [];
  for (const { name, file } of files)
    parsed.push({ name: shownName(name, SHOWN_NAME), ...(await readLabelFile(file)) });
  return parsed;
}

/** Labels as the text of a label file, which {@link parseLabels} reads back unchanged. */
export function serialiseLabels(labels: readonly (RankingLabel | DemonstrationLabel)[]): string {
  return labels.map((label) => `${JSON.stringify(label)}\n`).join('');
}
