/** The worker's side of the label desk: keeps labels, reads files, and asks the run between its steps. */
import { ConfigError, DeviceError, DivergedError, StorageError } from '../config/errors';
import { readLabelFiles, serialiseLabels } from '../data/labelFiles';
import type { Run } from '../pipeline/run';
import { compareTasteGroups, type TasteReport } from '../pipeline/tasteGroups';
import { openDatabase } from '../storage/database';
import { DatabaseShelf, MemoryShelf, type LabelShelf } from '../storage/labelShelf';
import { askColleagues, checkDemonstration, drawItem, listDemonstrations, reportAgreement } from './deskItems';
import type { DeskContents, DeskNews, DeskReply, DeskRequest } from './deskProtocol';
import type { Session } from './session';

type Compare = Extract<DeskRequest, { kind: 'compare' }>;

export class LabelDesk {
  #shelf: Promise<{ shelf: LabelShelf; problem: string | null }> | null = null;
  #isComparing = false;

  /** @param session the session of the engine, once it has started; rejects when it cannot */
  constructor(
    readonly post: (requestId: number, reply: DeskNews) => void,
    readonly session: () => Promise<Session>,
  ) {}

  /** Answers one request. What cannot be met is refused in words; anything else that goes wrong is thrown. */
  async handle(requestId: number, request: DeskRequest): Promise<void> {
    try {
      this.post(requestId, await this.#answer(requestId, request));
    } catch (error) {
      const isNamed = [ConfigError, StorageError, DeviceError, DivergedError].some((type) => error instanceof type);
      this.post(requestId, { kind: 'refused', message: error instanceof Error ? error.message : String(error) });
      if (!isNamed) throw error;
    }
  }

  async #answer(requestId: number, request: DeskRequest): Promise<DeskReply> {
    switch (request.kind) {
      case 'open':
        return { kind: 'open', value: await this.#open() };
      case 'putLabels':
        await (await this.#store()).shelf.putLabels(request.records);
        return { kind: request.kind, value: null };
      case 'removeLabels':
        await (await this.#store()).shelf.removeLabels(request.ids);
        return { kind: request.kind, value: null };
      case 'putDemonstrations':
        await (await this.#store()).shelf.putDemonstrations(request.records);
        return { kind: request.kind, value: null };
      case 'removeDemonstrations':
        await (await this.#store()).shelf.removeDemonstrations(request.ids);
        return { kind: request.kind, value: null };
      case 'parse':
        return { kind: 'parse', value: await readLabelFiles(request.files) };
      case 'serialise':
        return { kind: 'serialise', value: serialiseLabels(request.labels) };
      case 'agreement':
        return { kind: 'agreement', value: reportAgreement(request.labels) };
      case 'draw':
        return { kind: 'draw', value: await this.#withRun((run) => drawItem(run, request)) };
      case 'colleagues': {
        const { label, count } = request;
        return { kind: 'colleagues', value: await this.#withRun(async (run) => askColleagues(run, label, count)) };
      }
      case 'demonstrations': {
        const { offset, count } = request;
        return {
          kind: 'demonstrations',
          value: await this.#withRun(async (run) => listDemonstrations(run, offset, count)),
        };
      }
      case 'checkDemonstration': {
        const { prompt, completion } = request;
        const value = await this.#withRun(async (run) => checkDemonstration(run, prompt, completion));
        return { kind: 'checkDemonstration', value };
      }
      case 'train':
        await (await this.session()).retrain(request.contributions);
        return { kind: 'train', value: null };
      case 'sources':
        return {
          kind: 'sources',
          value: await (await this.session()).between(async (run) => run?.rewardSources ?? null),
        };
      case 'compare':
        return { kind: 'compare', value: await this.#compare(requestId, request) };
      case 'cancelCompare':
        this.#isComparing = false;
        return { kind: 'cancelCompare', value: null };
      case 'keep':
        await (await this.#store()).shelf.keep(request.name, request.content);
        return { kind: 'keep', value: null };
      case 'kept':
        return { kind: 'kept', value: await (await this.#store()).shelf.kept(request.name) };
      default: {
        const unknown: never = request;
        throw new ConfigError(`desk: no such request ${JSON.stringify(unknown)}.`);
      }
    }
  }

  async #open(): Promise<DeskContents> {
    const { shelf, problem } = await this.#store();
    const { damaged, ...contents } = await shelf.read();
    return { ...contents, problem, damaged: damaged.map(({ reason }) => reason) };
  }

  /** The shelf, opened at the first use. Where the browser keeps no database, what is labelled lasts as long as the tab. */
  #store(): Promise<{ shelf: LabelShelf; problem: string | null }> {
    this.#shelf ??= openDatabase().then(
      (database) => ({ shelf: new DatabaseShelf(database), problem: null }),
      (error: unknown) => {
        if (!(error instanceof StorageError)) throw error;
        return { shelf: new MemoryShelf(), problem: error.message };
      },
    );
    return this.#shelf;
  }

  async #withRun<T>(task: (run: Run) => Promise<T>): Promise<T> {
    return (await this.session()).between(async (run) => {
      if (!run)
        throw new ConfigError(
          'desk: there is no run yet; expected one whose policies can write; load the models first.',
        );
      return task(run);
    });
  }

  /** One step at a time, so that the run's own commands are still answered. @returns null when it was cancelled */
  async #compare(requestId: number, { groups, updates }: Compare): Promise<TasteReport | null> {
    if (this.#isComparing) throw new ConfigError('compare: a comparison is running; wait for it or cancel it.');
    this.#isComparing = true;
    const session = await this.session();
    const begun = await this.#withRun(async (run) => ({ run, loop: compareTasteGroups(run, groups, updates) }));
    try {
      for (;;) {
        const next = await session.between(async (run) => {
          if (run !== begun.run) throw new ConfigError('compare: the run it began with is gone; start it again.');
          return begun.loop.next();
        });
        if (next.done) return next.value;
        this.post(requestId, { kind: 'compareProgress', value: next.value });
        if (!this.#isComparing) return null;
      }
    } finally {
      this.#isComparing = false;
      await session.between(() => begun.loop.return({ groups: [], prompts: [], count: 0, updates, policies: [] }));
    }
  }
}
