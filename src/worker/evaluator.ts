/**
 * Compares policies of the run while it goes on. What is measured are copies of the models as they stood when the order
 * came, and the work is cut into slices: the session gives training its turn between two of them.
 */
import { ConfigError } from '../config/errors';
import type { Shot } from '../evaluation/policy';
import type { Gpt } from '../nn/gpt';
import { askPolicy } from './askPolicy';
import { measure, type Finding } from './evaluationJob';
import {
  chooseFewShot,
  disposeFrozen,
  freeze,
  momentOf,
  policyFor,
  PolicyShelf,
  type FrozenRun,
  type Scene,
} from './evaluationScene';
import type { EvaluationMoment, EvaluationNews, EvaluationOrder } from './evaluationTypes';
import { failureProbes } from './failureProbes';

type Order<T extends EvaluationOrder['type']> = Extract<EvaluationOrder, { type: T }>;

interface Measurement {
  requestId: number;
  frozen: FrozenRun;
  /** Of the live run: whoever chose the few-shot examples. */
  rewardModel: Gpt | undefined;
  findings: AsyncGenerator<Finding, void>;
  begunMs: number;
}

export class Evaluator {
  #work: Measurement | null = null;
  #shelf = new PolicyShelf();
  #asked = 0;
  /** Few-shot examples by the reward model that chose them. */
  #shots = new WeakMap<Gpt, readonly Shot[]>();

  constructor(readonly post: (news: EvaluationNews) => void) {}

  get isBusy(): boolean {
    return this.#work !== null;
  }

  /** Takes an order between two steps; only `measure` leaves work behind. @param scene null before the first run */
  async take(order: EvaluationOrder, scene: Scene | null): Promise<void> {
    switch (order.type) {
      case 'offer':
        return this.#offer(scene);
      case 'cancel':
        return this.cancel();
      case 'measure':
        return this.#orRefuse(order.requestId, () => this.#begin(order, scene));
      case 'ask':
        return this.#orRefuse(order.requestId, () => this.#ask(order, scene));
      default: {
        const unknown: never = order;
        throw new ConfigError(`evaluation: no such order ${JSON.stringify(unknown)}.`);
      }
    }
  }

  /** Does one slice of the measurement under way. */
  async advance(): Promise<void> {
    const work = this.#work;
    if (!work) return;
    const { requestId, findings, begunMs } = work;
    await this.#orRefuse(requestId, async () => {
      const { value, done } = await findings.next();
      if (value) this.post({ ...value, requestId });
      if (!done) return;
      this.post({ type: 'measured', requestId, seconds: (performance.now() - begunMs) / 1000 });
      await this.#drop();
    });
  }

  async cancel(): Promise<void> {
    if (!this.#work) return;
    this.post({ type: 'cancelled', requestId: this.#work.requestId });
    await this.#drop();
  }

  /** The run is about to go: what was measured of it ends, and its policy is kept for comparisons. */
  async leave(scene: Scene): Promise<void> {
    await this.cancel();
    this.#shelf.keep(scene);
  }

  /** Frees every model it holds. */
  async close(): Promise<void> {
    await this.cancel();
    this.#shelf.dispose();
  }

  #offer(scene: Scene | null): void {
    const prompts = scene?.run.curriculum.testPrompts ?? [];
    const completionPrompts = scene?.run.curriculum.completionTestPrompts ?? [];
    this.post({
      type: 'offer',
      offer: {
        moment: scene && momentOf(scene, this.#shelf),
        available: { instructions: prompts.length, completions: completionPrompts.length },
        probes: failureProbes(prompts.map((prompt) => prompt.spec)),
      },
    });
  }

  async #begin({ requestId, request }: Order<'measure'>, scene: Scene | null): Promise<void> {
    await this.cancel();
    const known = inScene(scene);
    const moment = momentOf(known, this.#shelf);
    refuseMissing(request.candidates, moment);
    const frozen = this.#freeze(known);
    this.#work = {
      requestId,
      frozen,
      rewardModel: known.run.models.rewardModel,
      findings: measure(frozen, request),
      begunMs: performance.now(),
    };
    this.post({ type: 'begun', requestId, moment });
  }

  async #ask(
    { requestId, prompts, candidates, temperature, bestOf }: Order<'ask'>,
    scene: Scene | null,
  ): Promise<void> {
    const known = inScene(scene);
    refuseMissing(candidates, momentOf(known, this.#shelf));
    const frozen = this.#freeze(known);
    this.#asked++;
    try {
      if (candidates.includes('fewShot') && !frozen.policies.fewShot) await chooseFewShot(frozen);
      for (const candidate of candidates) {
        const policy = { ...policyFor(frozen, candidate, bestOf), temperature };
        const items = await askPolicy(frozen.run, policy, prompts, `asked/${this.#asked}`);
        this.post({ type: 'answered', requestId, candidate, items });
      }
    } finally {
      this.#rememberShots(known.run.models.rewardModel, frozen);
      disposeFrozen(frozen);
    }
  }

  #freeze(scene: Scene): FrozenRun {
    const { rewardModel } = scene.run.models;
    return freeze(scene, this.#shelf, rewardModel && this.#shots.get(rewardModel));
  }

  #rememberShots(rewardModel: Gpt | undefined, { policies }: FrozenRun): void {
    if (rewardModel && policies.fewShot?.shots) this.#shots.set(rewardModel, policies.fewShot.shots);
  }

  async #drop(): Promise<void> {
    const work = this.#work;
    this.#work = null;
    if (!work) return;
    await work.findings.return();
    this.#rememberShots(work.rewardModel, work.frozen);
    disposeFrozen(work.frozen);
  }

  /** A wish that cannot be met is answered and ends the measurement; any other error is the session's business. */
  async #orRefuse(requestId: number, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (this.#work?.requestId === requestId) await this.#drop();
      if (!(error instanceof ConfigError)) throw error;
      this.post({ type: 'refused', requestId, message: error.message });
    }
  }
}

function inScene(scene: Scene | null): Scene {
  if (!scene) throw new ConfigError('evaluation: there is no run to measure; start one first.');
  return scene;
}

function refuseMissing(candidates: readonly string[], moment: EvaluationMoment): void {
  const missing = candidates.filter((id) => !moment.candidates.some((candidate) => candidate.id === id));
  if (missing.length > 0)
    throw new ConfigError(`evaluation: there is no ${missing.join(', ')} to compare yet; train it or leave it out.`);
}
