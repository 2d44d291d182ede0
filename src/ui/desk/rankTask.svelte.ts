import { ANSWERS_PER_PROMPT, type FlagId, type Likert, type SkipReason } from '../../config/labelling';
import type { Colleague, DeskItem, LabelRecord, RankingLabel, Writer } from '../../worker/protocol';
import { DeskRefusal, type DeskLink } from './deskLink';
import { ItemSupply, type Recording, type Shown } from './itemSupply';
import { dueRepeat } from './deskStats';
import type { LabelBook } from './labelBook.svelte';
import {
  canSubmit,
  draftOf,
  emptyDraft,
  labelOf,
  nextUnranked,
  place,
  rate,
  tieWithAbove,
  toggleFlag,
  type RankDraft,
} from './rankDraft';

const COLLEAGUES = 5;
const DEFAULT_ANSWERS = 4;

/** The colleagues' judgement of the item just submitted. */
export interface ColleaguesReport {
  mine: RankingLabel;
  colleagues: readonly Colleague[];
}

/** One person at the desk: the item before them, the judgement in the making, and the way on and back. */
export class RankTask {
  #link: DeskLink;
  #book: LabelBook;
  #shown = $state.raw<Shown | null>(null);
  #draft = $state.raw<RankDraft>(emptyDraft(0));
  #past = $state.raw<readonly RankDraft[]>([]);
  #submitted = $state.raw<readonly { shown: Shown; record: LabelRecord }[]>([]);
  #shownAt = 0;
  #supply: ItemSupply;
  /** An item brought from the board, to be judged before any other. */
  #brought: DeskItem | null = null;

  /** The answer that keys act on. */
  focus = $state(0);
  isLoading = $state(false);
  isSkipping = $state(false);
  failure = $state<string | null>(null);
  report = $state.raw<ColleaguesReport | null>(null);
  answers = $state(DEFAULT_ANSWERS);
  pool = $state.raw<readonly Writer[]>(['sft', 'ppo']);
  isRating = $state(true);
  group = $state('');

  constructor(link: DeskLink, book: LabelBook, recording: Recording) {
    this.#supply = new ItemSupply(link, recording);
    this.#link = link;
    this.#book = book;
  }

  get item(): DeskItem | null {
    return this.#shown?.item ?? null;
  }

  get draft(): RankDraft {
    return this.#draft;
  }

  get canSubmit(): boolean {
    return this.item !== null && !this.isLoading && canSubmit(this.#draft);
  }

  /** The item on the desk was judged before. */
  get isRepeat(): boolean {
    return (this.#shown?.repeatOf ?? null) !== null;
  }

  /** The item on the desk is of the recorded run. */
  get isRecorded(): boolean {
    return this.#shown?.isRecorded ?? false;
  }

  /** Puts an item on the desk in place of the one there; before the first one it waits for the nickname. */
  bring(item: DeskItem): void {
    if (this.#book.nickname.trim() === '') this.#brought = item;
    else this.#show({ item, repeatOf: null, drawnAs: null, isRecorded: false });
  }

  get canUndo(): boolean {
    return !this.isLoading && (this.#past.length > 0 || this.#submitted.length > 0);
  }

  /** Asks for the next item: one that comes back, or a fresh one. */
  async next(): Promise<void> {
    const brought = this.#brought;
    this.#brought = null;
    if (brought !== null) return this.bring(brought);
    const repeat = dueRepeat(this.#book.mine);
    if (repeat !== null) return this.#show(this.#supply.again(repeat));
    const number = 1 + Math.max(-1, ...this.#book.labels.map(({ drawnAs }) => drawnAs ?? -1));
    this.isLoading = true;
    this.failure = null;
    try {
      this.#show(await this.#supply.item(number, { answers: this.answers, pool: this.pool }));
    } catch (error) {
      if (!(error instanceof DeskRefusal)) throw error;
      this.#shown = null;
      this.failure = error.message;
    } finally {
      this.isLoading = false;
    }
  }

  #show(shown: Shown, draft = emptyDraft(shown.item.answers.length)): void {
    this.#shown = shown;
    this.#draft = draft;
    this.#past = [];
    this.focus = 0;
    this.isSkipping = false;
    this.#shownAt = performance.now();
  }

  #change(next: RankDraft): void {
    if (next === this.#draft || this.isLoading) return;
    this.#past = [...this.#past, this.#draft];
    this.#draft = next;
  }

  /** Ranks an answer; the lane it is in already takes it out. */
  place(answer: number, lane: number): void {
    this.#change(place(this.#draft, answer, this.#draft.lanes[answer] === lane ? null : lane));
    this.focus = answer;
  }

  /** Ranks the answer in hand and turns to the next one without a rank. */
  placeAndGoOn(lane: number): void {
    this.place(this.focus, lane);
    if (this.#draft.lanes[this.focus] !== null) this.focus = nextUnranked(this.#draft, this.focus);
  }

  /** Moves an answer where it was dragged. */
  drop(lanes: readonly (number | null)[]): void {
    if (lanes.every((lane, i) => lane === this.#draft.lanes[i])) return;
    this.#change({ ...this.#draft, lanes });
    if (lanes[this.focus] !== null) this.focus = nextUnranked(this.#draft, this.focus);
  }

  tie(answer: number): void {
    const next = tieWithAbove(this.#draft, answer);
    this.#change(next);
    if (next.lanes[answer] !== null) this.focus = nextUnranked(next, answer);
  }

  unrank(answer: number): void {
    this.#change(place(this.#draft, answer, null));
    this.focus = answer;
  }

  rate(answer: number, value: Likert): void {
    this.#change(rate(this.#draft, answer, this.#draft.likert[answer] === value ? null : value));
  }

  flag(answer: number, flag: FlagId): void {
    this.#change(toggleFlag(this.#draft, answer, flag));
  }

  toggleAllBad(): void {
    this.#change({ ...this.#draft, isAllBad: !this.#draft.isAllBad });
  }

  /** A note is typed letter by letter, which undo does not take back one by one. */
  set note(note: string) {
    this.#draft = { ...this.#draft, note };
  }

  /** Another wish takes effect at once: the item on the desk goes back unjudged. */
  async wish(change: { answers?: number; pool?: readonly Writer[] }): Promise<void> {
    const { min, max } = ANSWERS_PER_PROMPT;
    this.answers = Math.min(max, Math.max(min, change.answers ?? this.answers));
    this.pool = change.pool ?? this.pool;
    if (this.#shown !== null && this.#shown.repeatOf === null) await this.next();
  }

  /** Takes back the last change; with none on this item, opens the item before again. */
  async undo(): Promise<void> {
    if (!this.canUndo) return;
    const before = this.#past.at(-1);
    if (before !== undefined) {
      this.#past = this.#past.slice(0, -1);
      this.#draft = before;
      return;
    }
    const last = this.#submitted.at(-1);
    if (last === undefined) return;
    this.#submitted = this.#submitted.slice(0, -1);
    this.report = null;
    this.#show(last.shown, last.record.label.skipped === undefined ? draftOf(last.record.label) : undefined);
    await this.#book.dropLabels([last.record.id]);
  }

  async submit(): Promise<void> {
    if (this.canSubmit) await this.#finish();
  }

  async skip(reason: SkipReason): Promise<void> {
    await this.#finish(reason);
  }

  async #finish(skipped?: SkipReason): Promise<void> {
    const shown = this.#shown;
    // The item on the desk is done while the next one is on its way.
    if (shown === null || this.isLoading) return;
    const label = labelOf(shown.item, this.#draft, {
      labeler: this.#book.nickname,
      group: this.group.trim(),
      seconds: (performance.now() - this.#shownAt) / 1000,
      skipped,
      isRating: this.isRating,
    });
    const { repeatOf, drawnAs } = shown;
    const record: LabelRecord = { id: crypto.randomUUID(), madeAt: Date.now(), label, repeatOf, drawnAs };
    this.#submitted = [...this.#submitted, { shown, record }];
    void this.#book.addLabels([record]);
    if (skipped === undefined && !shown.isRecorded) void this.#askColleagues(label);
    await this.next();
  }

  /** A prompt that the world cannot grade has no colleagues; then nothing is shown. */
  async #askColleagues(mine: RankingLabel): Promise<void> {
    try {
      const colleagues = await this.#link.ask({ kind: 'colleagues', label: mine, count: COLLEAGUES });
      this.report = colleagues.length === 0 ? null : { mine, colleagues };
    } catch (error) {
      if (!(error instanceof DeskRefusal)) throw error;
      this.failure = error.message;
    }
  }
}
