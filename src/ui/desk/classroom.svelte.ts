import { StorageError } from '../../config/errors';
import * as v from 'valibot';
import { checkForm, readOutsideJson } from '../../config/outside';
import type { AgreementReport, ParsedFile, RankingLabel, TasteProgress, TasteReport } from '../../worker/protocol';
import { DeskRefusal, type DeskLink } from './deskLink';
import type { LabelBook } from './labelBook.svelte';
import { peopleOf, sideByGroup, sideName, teaches, type Person, type Side } from './people';

/** A label file on the table. Files with bad lines wait until somebody says that the good ones may be used. */
export interface LoadedFile extends ParsedFile {
  id: number;
  isUsed: boolean;
  /** As it was read, to be kept over a reload. */
  file: File;
}

/** Characters of label files that are kept over a reload; more than a school brings together. */
const MOST_KEPT = 8e6;

/** Updates of each policy in a comparison: enough for a taste to show, few enough to wait for. */
const DEFAULT_UPDATES = 30;

interface KeptFile {
  name: string;
  text: string;
  isUsed: boolean;
}

const KEPT_VERSION = 1;

/** @returns null for an empty table, and for more than is kept */
async function writeKept(files: readonly LoadedFile[]): Promise<string | null> {
  const kept = await Promise.all(
    files.map(async ({ name, file, isUsed }): Promise<KeptFile> => ({ name, text: await file.text(), isUsed })),
  );
  const content = JSON.stringify({ version: KEPT_VERSION, files: kept });
  return kept.length > 0 && content.length <= MOST_KEPT ? content : null;
}

const KEPT_FORM = {
  where: 'class files of earlier visits',
  length: MOST_KEPT,
  depth: 3,
  remedy: 'delete them under Settings and load the files again',
};
const keptSchema = v.strictObject({
  version: v.literal(KEPT_VERSION),
  files: v.array(v.strictObject({ name: v.string(), text: v.string(), isUsed: v.boolean() })),
});

/** Files that another version of the page kept in its own form are not put back. @throws StorageError */
function readKept(content: string): { file: File; isUsed: boolean }[] {
  const value = readOutsideJson(content, KEPT_FORM);
  if (typeof value === 'object' && value !== null && 'version' in value && value.version !== KEPT_VERSION) return [];
  const { files } = checkForm(keptSchema, value, KEPT_FORM);
  return files.map(({ name, text, isUsed }) => ({ file: new File([text], name), isUsed }));
}

/** Everyone's label files together: how far people agree, and what two groups of them would make of the policy. */
export class Classroom {
  #link: DeskLink;
  #book: LabelBook;
  #nextId = 1;
  #opening: Promise<void> | null = null;

  files = $state.raw<readonly LoadedFile[]>([]);
  isWithMine = $state(true);
  report = $state.raw<AgreementReport | null>(null);
  failure = $state<string | null>(null);
  /** Side of each person as chosen; who is not in it goes by {@link sideOf}. */
  #sides = $state.raw<Readonly<Record<string, Side | null>>>({});
  updates = $state(DEFAULT_UPDATES);
  progress = $state.raw<TasteProgress | null>(null);
  comparison = $state.raw<TasteReport | null>(null);

  constructor(link: DeskLink, book: LabelBook) {
    this.#link = link;
    this.#book = book;
  }

  /** Rankings of the files in use. */
  get fromFiles(): RankingLabel[] {
    return this.files.filter(({ isUsed }) => isUsed).flatMap(({ labels }) => labels);
  }

  get pool(): RankingLabel[] {
    return [...this.fromFiles, ...(this.isWithMine ? this.#book.labels.map(({ label }) => label) : [])];
  }

  get people(): Person[] {
    return peopleOf(this.pool);
  }

  /** Puts the files of earlier visits back on the table and counts agreement; once, later calls only count. */
  async open(): Promise<void> {
    await (this.#opening ??= this.#orTell(async () => {
      const content = await this.#link.ask({ kind: 'kept', name: 'class files' });
      if (content !== null) await this.#read(readKept(content));
    }));
    await this.refresh();
  }

  async load(files: readonly File[]): Promise<void> {
    this.failure = null;
    await this.#orTell(() => this.#read(files.map((file) => ({ file }))));
    await this.#keep();
    await this.refresh();
  }

  /** @param files with `isUsed` where somebody has decided already; the others count when every line of them is good */
  async #read(files: readonly { file: File; isUsed?: boolean }[]): Promise<void> {
    const wanted = files.map(({ file }) => ({ name: file.name, file }));
    const parsed = await this.#link.ask({ kind: 'parse', files: wanted });
    const loaded = parsed.map((content, i) => ({
      ...content,
      id: this.#nextId++,
      isUsed: files[i].isUsed ?? content.rejected.length === 0,
      file: files[i].file,
    }));
    this.files = [...this.files, ...loaded];
  }

  /** The table as it is now outlives a reload. */
  #keep(): Promise<void> {
    return this.#orTell(async () => {
      const content = await writeKept(this.files);
      await this.#link.ask({ kind: 'keep', name: 'class files', content });
    });
  }

  async use(id: number): Promise<void> {
    this.files = this.files.map((file) => (file.id === id ? { ...file, isUsed: true } : file));
    await this.#keep();
    await this.refresh();
  }

  async drop(id: number): Promise<void> {
    this.files = this.files.filter((file) => file.id !== id);
    await this.#keep();
    await this.refresh();
  }

  async setWithMine(isWithMine: boolean): Promise<void> {
    this.isWithMine = isWithMine;
    await this.refresh();
  }

  /** Counts agreement again. */
  async refresh(): Promise<void> {
    const labels = this.pool;
    await this.#orTell(async () => {
      this.report = labels.length === 0 ? null : await this.#link.ask({ kind: 'agreement', labels });
    });
  }

  /** Where a person stands: as chosen, else by their group. */
  sideOf(name: string): Side | null {
    const chosen = this.#sides[name];
    return chosen === undefined ? sideByGroup(this.people, name) : chosen;
  }

  setSide(name: string, side: Side | null): void {
    this.#sides = { ...this.#sides, [name]: side };
  }

  /** Name and labels of one side. */
  side(side: Side): { name: string; rankings: RankingLabel[] } {
    const people = this.people.filter(({ name }) => this.sideOf(name) === side);
    const rankings = this.pool.filter((label) => teaches(label) && this.sideOf(label.labeler) === side);
    return { name: sideName(people, side), rankings };
  }

  async compare(): Promise<void> {
    this.failure = null;
    this.comparison = null;
    const groups = [this.side('a'), this.side('b')];
    // Two groups of one name could not be told apart in the results.
    if (groups[0].name === groups[1].name) groups.forEach((group, i) => (group.name = `${group.name} ${'AB'[i]}`));
    this.progress = { group: groups[0].name, stage: 'rm', step: 0, totalSteps: 0 };
    await this.#orTell(async () => {
      const request = { kind: 'compare' as const, groups, updates: this.updates };
      this.comparison = await this.#link.ask(request, (progress) => (this.progress = progress));
    });
    this.progress = null;
  }

  async cancel(): Promise<void> {
    await this.#orTell(() => this.#link.ask({ kind: 'cancelCompare' }));
  }

  async #orTell(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof DeskRefusal || error instanceof StorageError)) throw error;
      this.failure = error.message;
    }
  }
}
