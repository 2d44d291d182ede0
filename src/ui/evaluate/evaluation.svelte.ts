import { StorageError } from '../../config/errors';
import { SvelteMap } from 'svelte/reactivity';
import type { RunClient } from '../../worker/client';
import type {
  BlindPair,
  CandidateId,
  Completion,
  Distribution,
  EvaluationFigures,
  EvaluationMoment,
  EvaluationNews,
  EvaluationOffer,
  EvaluationRequest,
  JudgeId,
} from '../../worker/protocol';
import { DeskRefusal } from '../desk/deskLink';
import { readRecords, writeRecords } from './keptRecords';
import type { Vote } from './votes';

/** One measurement with everything that is known about it, kept with the moment it belongs to. */
export interface EvaluationRecord {
  requestId: number;
  request: EvaluationRequest;
  moment: EvaluationMoment;
  /** Name of the run on the page. */
  runName: string;
  engine: string;
  /** Milliseconds since 1970. */
  whenMs: number;
  state: 'running' | 'done' | 'cancelled';
  progress: { done: number; total: number };
  /** Null until it is over. */
  seconds: number | null;
  figures: Partial<EvaluationFigures>;
  pairs: readonly BlindPair[];
  votes: readonly Vote[];
  /** Measured before this page was loaded: its run is not the one on screen, whatever their names. */
  isEarlier: boolean;
}

export type EvaluationTab = 'figures' | 'answers' | 'blind';

/** What the page must tell about itself when a measurement begins. */
export interface PageContext {
  runName(): string;
  engine(): string;
  /** What earlier visits left, and a place for what this one leaves. @throws DeskRefusal when storage fails */
  kept(): Promise<string | null>;
  keep(content: string | null): Promise<unknown>;
}

/** Results kept before the oldest goes. */
const KEPT_RECORDS = 24;

/** Everything about comparing policies: what the visitor chose, what is measured, and all results of this visit. */
export class Evaluation {
  #client: RunClient;
  #context: PageContext;
  #nextRequest = 1;
  #opening: Promise<void> | null = null;
  #pending = new SvelteMap<number, EvaluationRequest>();

  offer = $state.raw<EvaluationOffer | null>(null);
  records = $state.raw<readonly EvaluationRecord[]>([]);
  /** Result on show; null follows the newest. */
  #shownId = $state<number | null>(null);
  /** Why the last wish could not be met. */
  refusal = $state<string | null>(null);

  tab = $state<EvaluationTab>('figures');
  candidates = $state.raw<readonly CandidateId[]>(['base', 'ppo', 'ptx']);
  judges = $state.raw<readonly JudgeId[]>(['training', 'heldOut']);
  distributions = $state.raw<readonly Distribution[]>(['instructions']);
  prompts = $state(300);
  temperature = $state(1);
  bestOf = $state(4);
  withSuites = $state(true);

  /** Rows of the side-by-side page: prompt, then answers by policy. */
  readonly asked = new SvelteMap<string, Partial<Record<CandidateId, Completion>>>();
  /** Prompts under way, with the number of answers still to come. */
  #asking = new SvelteMap<number, { prompt: string; left: number }>();

  constructor(client: RunClient, context: PageContext) {
    this.#client = client;
    this.#context = context;
    client.subscribe((event) => {
      if (event.type === 'evaluation') this.#receive(event.news);
      else if (event.type === 'failed') this.#endAll();
    });
  }

  get shown(): EvaluationRecord | null {
    return this.records.find((record) => record.requestId === this.#shownId) ?? this.records.at(-1) ?? null;
  }

  show(requestId: number): void {
    this.#shownId = requestId;
  }

  /** Win rate of what was learned last against SFT, by the labelers trained on, in this run's newest result. */
  get headline(): number | null {
    const newest = this.records.findLast((record) => this.isOwnRun(record));
    const rows = newest?.figures.winRate?.filter(
      ({ judge, distribution }) => judge === 'training' && distribution === 'instructions',
    );
    const learned = (['ppo', 'ptx'] as const).filter((id) =>
      newest?.moment.candidates.some((info) => info.id === id && info.keptFrom === null),
    );
    return rows?.find((row) => learned.some((id) => id === row.candidate))?.estimate.value ?? null;
  }

  /** Whether a result is about the run on screen. */
  isOwnRun({ runName, isEarlier }: EvaluationRecord): boolean {
    return !isEarlier && runName === this.#context.runName();
  }

  get running(): EvaluationRecord | null {
    return this.records.find((record) => record.state === 'running') ?? null;
  }

  /** Policies that were picked and exist now, SFT always among them. */
  get ready(): CandidateId[] {
    const there = this.offer?.moment?.candidates.map(({ id }) => id) ?? [];
    return there.filter((id) => id === 'sft' || this.candidates.includes(id));
  }

  get isAsking(): boolean {
    return this.#asking.size > 0;
  }

  isAsked(prompt: string): boolean {
    return [...this.#asking.values()].some((each) => each.prompt === prompt);
  }

  /** Reads what earlier visits left; once. */
  open(): Promise<void> {
    this.#opening ??= this.#orTell(async () => {
      const content = await this.#context.kept();
      const earlier = content === null ? [] : readRecords(content);
      this.#nextRequest = 1 + Math.max(this.#nextRequest, ...earlier.map(({ requestId }) => requestId));
      const ids = this.records.map(({ requestId }) => requestId);
      this.records = [...earlier.filter(({ requestId }) => !ids.includes(requestId)), ...this.records];
      if (earlier.some(({ votes }) => votes.length > 0)) this.#joinVisitor();
    });
    return this.#opening;
  }

  async #keep(): Promise<void> {
    await this.open();
    await this.#orTell(() => this.#context.keep(writeRecords(this.records)));
  }

  async #orTell(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof DeskRefusal || error instanceof StorageError)) throw error;
      this.refusal = error.message;
    }
  }

  refresh(): void {
    this.#client.send({ type: 'evaluation', order: { type: 'offer' } });
  }

  measure(): void {
    const requestId = this.#nextRequest++;
    const { prompts, temperature, bestOf, withSuites } = this;
    const available = this.offer?.available;
    const distributions = this.distributions.filter((each) => (available?.[each] ?? 0) > 0);
    const request = { candidates: this.ready, distributions, prompts, temperature, bestOf, withSuites };
    this.#pending.set(requestId, request);
    this.refusal = null;
    this.#shownId = null;
    this.#client.send({ type: 'evaluation', order: { type: 'measure', requestId, request } });
  }

  cancel(): void {
    this.#client.send({ type: 'evaluation', order: { type: 'cancel' } });
  }

  ask(prompt: string): void {
    const requestId = this.#nextRequest++;
    const candidates = this.ready;
    const { temperature, bestOf } = this;
    this.refusal = null;
    this.#asking.set(requestId, { prompt, left: candidates.length });
    this.#client.send({
      type: 'evaluation',
      order: { type: 'ask', requestId, prompts: [prompt], candidates, temperature, bestOf },
    });
  }

  forgetAsked(prompt: string): void {
    this.asked.delete(prompt);
  }

  vote(vote: Vote): void {
    this.#change(this.shown?.requestId, (record) => ({ votes: [...record.votes, vote] }));
    this.#joinVisitor();
    void this.#keep();
  }

  /** Whoever has voted is one of the judges. */
  #joinVisitor(): void {
    if (!this.judges.includes('me')) this.judges = [...this.judges, 'me'];
  }

  undoVote(): void {
    this.#change(this.shown?.requestId, (record) => ({ votes: record.votes.slice(0, -1) }));
    void this.#keep();
  }

  #receive(news: EvaluationNews): void {
    switch (news.type) {
      case 'offer':
        this.offer = news.offer;
        return;
      case 'begun':
        return this.#begin(news.requestId, news.moment);
      case 'progress':
        return this.#change(news.requestId, () => ({ progress: { done: news.done, total: news.total } }));
      case 'figures':
        return this.#change(news.requestId, ({ figures }) => ({ figures: { ...figures, ...news.figures } }));
      case 'pairs':
        return this.#change(news.requestId, () => ({ pairs: news.pairs }));
      case 'measured':
        this.#change(news.requestId, () => ({ state: 'done', seconds: news.seconds }));
        void this.#keep();
        return;
      case 'cancelled':
        return this.#change(news.requestId, () => ({ state: 'cancelled' }));
      case 'answered':
        return this.#receiveAnswers(news);
      case 'refused':
        this.refusal = news.message;
        this.#pending.delete(news.requestId);
        this.#asking.delete(news.requestId);
        return this.#change(news.requestId, () => ({ state: 'cancelled' }));
      default:
        return news satisfies never;
    }
  }

  #begin(requestId: number, moment: EvaluationMoment): void {
    const request = this.#pending.get(requestId);
    if (request === undefined) return;
    this.#pending.delete(requestId);
    const record: EvaluationRecord = {
      requestId,
      request,
      moment,
      runName: this.#context.runName(),
      engine: this.#context.engine(),
      whenMs: Date.now(),
      state: 'running',
      progress: { done: 0, total: 0 },
      seconds: null,
      figures: {},
      pairs: [],
      votes: [],
      isEarlier: false,
    };
    this.records = [...this.records, record].slice(-KEPT_RECORDS);
  }

  #receiveAnswers({ requestId, candidate, items }: Extract<EvaluationNews, { type: 'answered' }>): void {
    for (const item of items) this.asked.set(item.prompt, { ...this.asked.get(item.prompt), [candidate]: item });
    const asking = this.#asking.get(requestId);
    if (asking === undefined) return;
    if (asking.left > 1) this.#asking.set(requestId, { ...asking, left: asking.left - 1 });
    else this.#asking.delete(requestId);
  }

  #change(requestId: number | undefined, change: (record: EvaluationRecord) => Partial<EvaluationRecord>): void {
    this.records = this.records.map((record) =>
      record.requestId === requestId ? { ...record, ...change(record) } : record,
    );
  }

  /** The worker is gone or its run failed: nothing under way will be answered. */
  #endAll(): void {
    this.#pending.clear();
    this.#asking.clear();
    this.records = this.records.map((record) =>
      record.state === 'running' ? { ...record, state: 'cancelled' } : record,
    );
  }
}
