import { completePrompts } from '../pipeline/completions';
import type { Stage } from '../pipeline/report';
import { livePolicies, type Run } from '../pipeline/run';
import { tokenNumbers } from '../pipeline/tokenNumbers';
import { copyModel, disposeModel, type Gpt } from '../nn/gpt';
import type { PolicyName, WorkerEvent } from './protocol';

/** The policy whose answers change while a stage runs. */
const LEARNER: Partial<Record<Stage, PolicyName>> = { pretrain: 'base', sft: 'sft', ppo: 'ppo' };

/** Answers are asked for after the first step, at powers of two, so that the start stays visible, and every so often. */
function isDue(step: number, totalSteps: number, every: number): boolean {
  return step === totalSteps || step % every === 0 || Number.isInteger(Math.log2(step));
}

/**
 * The answers to the pinned prompts, with the numbers behind their tokens, as they were at the moment they were given.
 * Nothing of it enters training.
 */
export class Showcase {
  prompts: string[] = [];
  #rerolls = 0;
  /** The policy as it was before the update that ends at `step`: what its ratio is measured against. */
  #before: { step: number; model: Gpt } | null = null;

  /** Fresh random draws from now on. */
  reroll(): void {
    this.#rerolls++;
  }

  /** The policy to ask after a step of a stage, if any is due. */
  dueAfter(stage: Stage, step: number, totalSteps: number, run: Run): PolicyName | null {
    return isDue(step, totalSteps, run.config['run.sampleEvery']) ? (LEARNER[stage] ?? null) : null;
  }

  /** Call before every step of PPO; keeps a copy of the weights where answers are due after it. */
  rememberBefore(run: Run, step: number, totalSteps: number): void {
    if (this.#before?.step === step || !isDue(step, totalSteps, run.config['run.sampleEvery'])) return;
    // The policy begins as a copy of SFT.
    const policy = run.ppo?.policy ?? run.models.sft;
    this.forget();
    if (policy) this.#before = { step, model: copyModel(policy) };
  }

  /** @param step of the running stage, 0 before its first */
  async answer(run: Run, policy: PolicyName, step: number): Promise<WorkerEvent | null> {
    const model = livePolicies(run)[policy];
    if (!model || this.prompts.length === 0) return null;
    const rows = await completePrompts(run, model, this.prompts, `${policy}/${this.#rerolls}`);
    const before = policy === 'ppo' && this.#before?.step === step ? this.#before.model : null;
    const numbers = await tokenNumbers(
      run,
      model,
      rows.map((row) => row.item),
      before,
    );
    const items = rows.map(({ item, ...completion }, i) => ({
      ...completion,
      ids: [...item.response],
      numbers: numbers[i],
    }));
    return { type: 'completions', policy, step, items };
  }

  /** Frees the weights it keeps. */
  forget(): void {
    if (this.#before) disposeModel(this.#before.model);
    this.#before = null;
  }
}
