/** Which policies can be compared at a moment of the run, and copies of them that training no longer moves. */
import { SETTING_KEYS, type Config, type RunSettings } from '../config/config';
import { ConfigError } from '../config/errors';
import { chooseShots, fewShotPolicy } from '../evaluation/fewShot';
import type { Policy, Shot } from '../evaluation/policy';
import { StepRunner } from '../kernels/stepRunner';
import { copyModel, disposeModel, type Gpt } from '../nn/gpt';
import type { Stage } from '../pipeline/report';
import { disposeRun, shapeOf, type Run, type RunModels } from '../pipeline/run';
import type { CandidateId, CandidateInfo, EvaluationMoment } from './evaluationTypes';

/** The run as it stands between two steps. */
export interface Scene {
  run: Run;
  stage: Stage | null;
  step: number;
  settings: RunSettings;
}

/** Copies of everything that a measurement needs. */
export interface FrozenRun {
  /** The run with copied models and settings; its curriculum is shared. */
  run: Run;
  policies: Partial<Record<CandidateId, Policy>>;
}

export type LearnedPolicy = Extract<CandidateId, 'ppo' | 'ptx'>;

/** The last policy of an earlier run. */
interface KeptPolicy {
  model: Gpt;
  info: CandidateInfo;
  /** World, tokenizer and sizes; it can answer for no other run. */
  fits: string;
}

function signature({ config, curriculum }: Run): string {
  return JSON.stringify([curriculum.fingerprint, shapeOf(config), config['sampling.responseLength']]);
}

/** PPO with pretraining text mixed in is PPO-ptx. */
export function learnedPolicyOf(config: Config): LearnedPolicy {
  return config['ppo.ptxCoef'] > 0 ? 'ptx' : 'ppo';
}

/** Last policies of earlier runs, one of each kind, so that PPO can be compared with PPO-ptx. */
export class PolicyShelf {
  #kept: Partial<Record<LearnedPolicy, KeptPolicy>> = {};

  /** Copies the policy of a run that is about to go, in place of an older one of its kind. */
  keep({ run, stage, step }: Scene): void {
    const { policy } = run.models;
    if (!policy || stage !== 'ppo' || step === 0) return;
    const kind = learnedPolicyOf(run.config);
    this.#forget(kind);
    const info: CandidateInfo = { ...learnedInfo(run, step), keptFrom: run.config['run.seed'] };
    this.#kept[kind] = { model: copyModel(policy), info, fits: signature(run) };
  }

  /** Those that can answer for this run. */
  fitting(run: Run): KeptPolicy[] {
    return Object.values(this.#kept).filter((kept) => kept.fits === signature(run));
  }

  #forget(kind: LearnedPolicy): void {
    const older = this.#kept[kind];
    if (older) disposeModel(older.model);
    delete this.#kept[kind];
  }

  dispose(): void {
    this.#forget('ppo');
    this.#forget('ptx');
  }
}

function learnedInfo(run: Run, step: number): CandidateInfo {
  const klCoef = run.ppo?.klCoef ?? run.config['ppo.klCoef'];
  return { id: learnedPolicyOf(run.config), step, klCoef, keptFrom: null };
}

/** Everything that can be compared now, in the order in which the page shows it. */
export function candidatesOf({ run, stage, step }: Scene, shelf: PolicyShelf): CandidateInfo[] {
  const { base, sft, rewardModel, policy } = run.models;
  const still = (id: CandidateId): CandidateInfo => ({ id, step: null, klCoef: null, keptFrom: null });
  const live = policy ? [learnedInfo(run, stage === 'ppo' ? step : 0)] : [];
  const kept = shelf.fitting(run).map(({ info }) => info);
  return [
    ...(base ? [still('base')] : []),
    ...(base && rewardModel ? [still('fewShot')] : []),
    ...(sft ? [still('sft')] : []),
    ...(sft && rewardModel ? [still('bestOf')] : []),
    ...[...live, ...kept.filter(({ id }) => id !== live[0]?.id)].sort((a, b) => (a.id < b.id ? -1 : 1)),
  ];
}

/** @param settings as the run was started; the moment carries what the run has now, live changes included */
export function momentOf(scene: Scene, shelf: PolicyShelf): EvaluationMoment {
  const { run, stage, step, settings } = scene;
  const overrides = { ...settings.overrides };
  for (const key of SETTING_KEYS) if (key in overrides) overrides[key] = run.config[key];
  return { stage, step, settings: { ...settings, overrides }, candidates: candidatesOf(scene, shelf) };
}

/**
 * @param shots examples of the few-shot prefix, where they have been chosen before
 * @throws ConfigError before there is an SFT model, the yardstick of every comparison
 */
export function freeze({ run }: Scene, shelf: PolicyShelf, shots?: readonly Shot[]): FrozenRun {
  if (!run.models.sft) throw new ConfigError('evaluation: there is no SFT model to compare with; run step 1 first.');
  const models: RunModels = { sft: copyModel(run.models.sft) };
  for (const name of ['base', 'rewardModel', 'policy'] as const) {
    const model = run.models[name];
    if (model) models[name] = copyModel(model);
  }
  const live = learnedPolicyOf(run.config);
  const chosen: Partial<Record<CandidateId, Gpt>> = { base: models.base, sft: models.sft, [live]: models.policy };
  for (const { info, model } of shelf.fitting(run)) chosen[info.id] ??= copyModel(model);
  const policies: FrozenRun['policies'] = {};
  for (const [id, model] of Object.entries(chosen) as [CandidateId, Gpt | undefined][])
    if (model) policies[id] = { name: id, model };
  if (shots && models.base) policies.fewShot = fewShotPolicy(models.base, shots);
  const apart = { config: { ...run.config }, looking: new StepRunner(), sftEpochs: [], ppo: null };
  return { run: { ...run, ...apart, models }, policies };
}

/** Prefixes tried and prompts each of them answers: a choice of seconds, where the headless experiment takes minutes. */
const FEW_SHOT = { candidates: 4, prompts: 32 };

/** Gives the base model the prefix whose answers the reward model likes best. @throws ConfigError without either model */
export async function chooseFewShot({ run, policies }: FrozenRun): Promise<void> {
  const { base } = run.models;
  if (!base) throw new ConfigError('evaluation: there is no base model to put a prefix before; run pretraining first.');
  const { shots } = await chooseShots(run, base, FEW_SHOT);
  policies.fewShot = fewShotPolicy(base, shots);
}

/** How a candidate is asked. @param bestOf answers from which the reward model chooses */
export function policyFor({ policies }: FrozenRun, candidate: CandidateId, bestOf: number): Policy {
  const policy = policies[candidate === 'bestOf' ? 'sft' : candidate];
  if (!policy) throw new ConfigError(`evaluation: there is no ${candidate} to ask yet; train it or leave it out.`);
  return candidate === 'bestOf' ? { ...policy, name: 'bestOf', bestOf } : policy;
}

export function disposeFrozen({ run, policies }: FrozenRun): void {
  const own = new Set<Gpt>(Object.values(run.models));
  for (const { model } of Object.values(policies)) if (!own.has(model)) disposeModel(model);
  disposeRun(run);
}
