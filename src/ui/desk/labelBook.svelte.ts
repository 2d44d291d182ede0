import { dropHidden } from '../../config/hiddenText';
import type { DemonstrationRecord, LabelRecord } from '../../worker/protocol';
import { readListPreference, writePreference } from '../state/preferences';
import { DeskRefusal, type DeskLink } from './deskLink';

const NICKNAME = 'nickname';

/** What was taken away last, to bring it back. */
interface Removed {
  labels: readonly LabelRecord[];
  demonstrations: readonly DemonstrationRecord[];
}

/** Everything labelled or written on this device. The worker keeps it; this is the page's copy. */
export class LabelBook {
  #link: DeskLink;
  #opening: Promise<void> | null = null;

  labels = $state.raw<readonly LabelRecord[]>([]);
  demonstrations = $state.raw<readonly DemonstrationRecord[]>([]);
  isOpen = $state(false);
  /** Why nothing outlives the tab, in the words of the storage; null when it does. */
  problem = $state<string | null>(null);
  /** Labels of earlier visits that did not read back as what they were, each in words. */
  damaged = $state.raw<readonly string[]>([]);
  /** The last thing that could not be saved. */
  failure = $state<string | null>(null);
  removed = $state.raw<Removed | null>(null);
  #nickname = $state(dropHidden((readListPreference(NICKNAME) ?? []).join(' ')));

  constructor(link: DeskLink) {
    this.#link = link;
  }

  get nickname(): string {
    return this.#nickname;
  }

  set nickname(name: string) {
    this.#nickname = dropHidden(name);
    writePreference(NICKNAME, this.#nickname);
  }

  /** Labels made here, not brought in by a file: they carry the number under which they were drawn or came back. */
  get mine(): readonly LabelRecord[] {
    return this.labels.filter(({ label }) => label.labeler === this.nickname);
  }

  /** Reads what earlier visits left; once. */
  open(): Promise<void> {
    this.#opening ??= this.#guard(async () => {
      const { labels, demonstrations, problem, damaged } = await this.#link.ask({ kind: 'open' });
      this.labels = labels;
      this.demonstrations = demonstrations;
      this.problem = problem;
      this.damaged = damaged;
      this.isOpen = true;
    });
    return this.#opening;
  }

  addLabels(records: readonly LabelRecord[]): Promise<void> {
    const ids = records.map(({ id }) => id);
    this.labels = [...this.labels.filter(({ id }) => !ids.includes(id)), ...records].sort(
      (a, b) => a.madeAt - b.madeAt,
    );
    return this.#guard(() => this.#link.ask({ kind: 'putLabels', records: [...records] }));
  }

  addDemonstrations(records: readonly DemonstrationRecord[]): Promise<void> {
    const ids = records.map(({ id }) => id);
    this.demonstrations = [...this.demonstrations.filter(({ id }) => !ids.includes(id)), ...records];
    return this.#guard(() => this.#link.ask({ kind: 'putDemonstrations', records: [...records] }));
  }

  /** Takes labels away for good, as when the last one is opened again. */
  dropLabels(ids: readonly string[]): Promise<void> {
    this.labels = this.labels.filter(({ id }) => !ids.includes(id));
    return this.#guard(() => this.#link.ask({ kind: 'removeLabels', ids: [...ids] }));
  }

  /** Deletes records; `restore` brings the last deletion back. */
  async remove(labelIds: readonly string[], demonstrationIds: readonly string[]): Promise<void> {
    this.removed = {
      labels: this.labels.filter(({ id }) => labelIds.includes(id)),
      demonstrations: this.demonstrations.filter(({ id }) => demonstrationIds.includes(id)),
    };
    this.demonstrations = this.demonstrations.filter(({ id }) => !demonstrationIds.includes(id));
    await this.dropLabels(labelIds);
    await this.#guard(() => this.#link.ask({ kind: 'removeDemonstrations', ids: [...demonstrationIds] }));
  }

  async restore(): Promise<void> {
    const removed = this.removed;
    if (removed === null) return;
    this.removed = null;
    await this.addLabels(removed.labels);
    await this.addDemonstrations(removed.demonstrations);
  }

  /** What a file brought, as records of this device; what is here already, word for word, does not come twice. */
  async take(labels: readonly LabelRecord['label'][], demonstrations: readonly DemonstrationRecord['demonstration'][]) {
    const madeAt = Date.now();
    const isNew = <T>(known: readonly T[]) => {
      const texts = known.map((value) => JSON.stringify(value));
      return (value: T) => !texts.includes(JSON.stringify(value));
    };
    const newLabels = labels.filter(isNew(this.labels.map(({ label }) => label)));
    const newDemonstrations = demonstrations.filter(isNew(this.demonstrations.map((record) => record.demonstration)));
    await this.addLabels(
      newLabels.map((label, i) => ({
        id: crypto.randomUUID(),
        madeAt: madeAt + i,
        label,
        repeatOf: null,
        drawnAs: null,
      })),
    );
    await this.addDemonstrations(
      newDemonstrations.map((demonstration) => ({ id: crypto.randomUUID(), madeAt, demonstration })),
    );
  }

  async #guard(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof DeskRefusal)) throw error;
      this.failure = error.message;
    }
  }
}
