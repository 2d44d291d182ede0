import type { Stage, StepReport } from '../pipeline/report';
import { livePolicies, type Run } from '../pipeline/run';
import type { PolicyName, WorkerEvent } from './protocol';
import { Showcase } from './showcase';

/** Keeps the answers on the page's board up to date: what to ask, whom and when. */
export class AnswerBoard {
  readonly showcase = new Showcase();
  /** A run that has just begun takes its first step before its models are asked for answers. */
  isOwing = false;

  constructor(readonly post: (event: WorkerEvent) => void) {}

  /** The prompts of a run, unless the page has pinned some. */
  open(run: Run): void {
    if (this.showcase.prompts.length === 0) this.showcase.prompts = run.curriculum.pinnedPrompts();
  }

  /** Call before every step: the policy is compared with what it was before an update. */
  rememberBefore(run: Run, stage: Stage | null, step: number): void {
    if (stage === 'ppo') this.showcase.rememberBefore(run, step, run.config['ppo.iterations']);
  }

  /** Asks the policy that learns, where answers are due after a step. */
  async refresh(run: Run, { stage, step, totalSteps }: StepReport): Promise<void> {
    const learner = this.showcase.dueAfter(stage, step, totalSteps, run);
    if (learner) await this.complete(run, learner, step);
  }

  async completeAll(run: Run, step: number): Promise<void> {
    this.isOwing = false;
    for (const policy of Object.keys(livePolicies(run)) as PolicyName[]) await this.complete(run, policy, step);
  }

  async complete(run: Run, policy: PolicyName, step: number): Promise<void> {
    const event = await this.showcase.answer(run, policy, step);
    if (event) this.post(event);
  }

  /** Frees the weights it keeps of a run that goes. */
  forget(): void {
    this.isOwing = false;
    this.showcase.forget();
  }
}
