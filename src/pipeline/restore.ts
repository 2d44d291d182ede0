/** From a snapshot back to a run that goes on as if it had never stopped. */
import { StorageError } from '../config/errors';
import type { NoiseCalibration } from '../data/calibration';
import { scaleNoise, type LabelerGroup } from '../data/labelers';
import { modelFromValues } from '../nn/checkpoint';
import type { Gpt } from '../nn/gpt';
import type { SavedOptimizer } from '../nn/optimizer';
import type { Curriculum } from './curriculum';
import type { Item } from './items';
import { rankedPrompts, rankingsOf } from './rewardStage';
import { createRun, disposeRun, shapeOf, type Run, type RunModels, type SavedTraining } from './runState';
import type { RunManifest, RunSnapshot, SnapshotTensor, StagePosition } from './snapshot';

/** Tensors of a snapshot by group and name: what stands before the last slash, and behind it. */
type Groups = Map<string, Record<string, SnapshotTensor>>;

const MODEL_NAMES: readonly (keyof RunModels)[] = [
  'base',
  'sft',
  'rewardModel',
  'policy',
  'valueModel',
  'unfinishedRewardModel',
];

/**
 * Builds the run again: models on the device, generators, labelers and position as they were. The stage it stood in goes on
 * with the next `runStage`. The arrays of the snapshot are copied.
 * @param tokenizerJson contents of `tokenizer.json`
 * @throws StorageError when the snapshot is of another world, or lacks something; nothing is left behind
 */
export function restoreRun({ manifest, tensors }: RunSnapshot, tokenizerJson: string): Run {
  const run = createRun({ ...manifest.config }, tokenizerJson);
  if (run.curriculum.fingerprint !== manifest.world)
    throw new StorageError(
      `run ${manifest.runId}: made in world ${manifest.world}, this one is ${run.curriculum.fingerprint}; models know only their own world: open it with the version of the app that made it.`,
    );
  const groups = groupTensors(tensors);
  try {
    restoreModels(run, manifest, groups);
    run.contributions = manifest.contributions;
    run.rewardSources = manifest.rewardSources;
    restoreNoise(run.curriculum, manifest.labelerNoise);
    restoreAnswers(run, manifest, groups);
    restorePpo(run, manifest, groups);
    run.saved = manifest.position && savedTraining(run, manifest.position, groups);
    return run;
  } catch (error) {
    disposeRun(run);
    throw error;
  }
}

function groupTensors(tensors: readonly SnapshotTensor[]): Groups {
  const groups: Groups = new Map();
  for (const tensor of tensors) {
    const slash = tensor.name.lastIndexOf('/');
    const group = tensor.name.slice(0, slash);
    if (!groups.has(group)) groups.set(group, {});
    groups.get(group)![tensor.name.slice(slash + 1)] = tensor;
  }
  return groups;
}

function modelOf(run: Run, groups: Groups, name: string): Gpt | null {
  const tensors = groups.get(`models/${name}`);
  if (!tensors) return null;
  const values = Object.fromEntries(
    Object.entries(tensors).map(([parameter, { shape, data }]) => [parameter, { shape, values: data as Float32Array }]),
  );
  return modelFromValues(shapeOf(run.config), values, `models/${name}`);
}

function restoreModels(run: Run, manifest: RunManifest, groups: Groups): void {
  for (const name of MODEL_NAMES) {
    const model = modelOf(run, groups, name);
    if (model) run.models[name] = model;
  }
  for (let epoch = 1; epoch <= manifest.sftEpochs; epoch++) {
    const weights = modelOf(run, groups, `sftEpoch${epoch}`);
    if (!weights) throw missing(`models/sftEpoch${epoch}`);
    run.sftEpochs.push(weights);
  }
}

function missing(what: string): StorageError {
  return new StorageError(`snapshot: ${what} is missing; expected it from the position of the run; use an older one.`);
}

/** The same people with the noise that the run's first ranked answers gave them. */
function restoreNoise(curriculum: Curriculum, noise: RunManifest['labelerNoise']): void {
  if (!noise) return;
  const { labelers } = curriculum;
  const calibrated = (group: LabelerGroup): NoiseCalibration => {
    const { factor, agreement, ...rest } = noise[group];
    // JSON has no NaN: shares of nothing come back as null.
    const numbers = Object.fromEntries(Object.entries(agreement).map(([key, value]) => [key, value ?? NaN]));
    return {
      ...rest,
      factor,
      agreement: numbers as unknown as typeof agreement,
      team: scaleNoise(labelers[group], factor),
    };
  };
  const [training, heldOut] = [calibrated('training'), calibrated('heldOut')];
  curriculum.labelers = { training: training.team, heldOut: heldOut.team };
  curriculum.calibration = { training, heldOut };
}

function restoreAnswers(run: Run, { position, rewardSources }: RunManifest, groups: Groups): void {
  const tensors = groups.get('answers/rm');
  if (!tensors) return;
  const { lengths, tokens } = tensors;
  if (!lengths || !tokens) throw missing('answers/rm');
  const prompts = rankedPrompts(run);
  const wanted = Array.from(lengths.data).reduce((sum, length) => sum + length, 0);
  if (lengths.data.length > prompts.length || wanted !== tokens.data.length)
    throw new StorageError(
      `snapshot: answers/rm has ${lengths.data.length} answers of ${wanted} tokens and ${tokens.data.length} tokens; expected at most ${prompts.length} answers and as many tokens as they say.`,
    );
  let at = 0;
  run.answers = Array.from(lengths.data, (length, i): Item => {
    const response = Array.from(tokens.data.subarray(at, (at += length)));
    return { prompt: prompts[i], response };
  });
  const isSampling = position?.stage === 'rm' && position.phase === 'answers';
  const isTraining = position?.stage === 'rm' && position.phase === 'training';
  // The stage ranks them itself when it goes on there.
  if (!isSampling && (isTraining || rewardSources)) run.rewardData = rankingsOf(run).data;
}

function restorePpo(run: Run, { ppo, position }: RunManifest, groups: Groups): void {
  const { policy, valueModel } = run.models;
  if (!ppo || !policy || !valueModel) return;
  const learner = position?.stage === 'ppo' && ppo.hasAverage ? modelOf(run, groups, 'learner') : policy;
  if (!learner) throw missing('models/learner');
  run.ppo = { policy: learner, valueModel, klCoef: ppo.klCoef, average: ppo.hasAverage ? policy : null };
}

function savedTraining(run: Run, position: StagePosition, groups: Groups): SavedTraining {
  const optimizer = (name: string, trained: Gpt | undefined): SavedOptimizer => {
    const updates = 'course' in position ? position.course.updates[name] : undefined;
    const [first, second] = [groups.get(`${name}/first`), groups.get(`${name}/second`)];
    if (updates === undefined || !trained || !first || !second) throw missing(name);
    return {
      step: updates,
      firstMoments: moments(name, first, trained),
      secondMoments: moments(name, second, trained),
    };
  };
  switch (position.stage) {
    case 'pretrain': {
      const { updates: _, ...course } = position.course;
      return { stage: 'pretrain', course: { ...course, optimizer: optimizer('optimizer', run.models.base) } };
    }
    case 'sft': {
      const { updates: _, ...course } = position.course;
      return { stage: 'sft', course: { ...course, optimizer: optimizer('optimizer', run.models.sft) } };
    }
    case 'rm': {
      if (position.phase !== 'training') return structuredClone(position);
      const { updates: _, ...course } = position.course;
      const trained = optimizer('optimizer', run.models.unfinishedRewardModel);
      return { stage: 'rm', phase: 'training', course: { ...course, optimizer: trained } };
    }
    case 'ppo': {
      const { updates: _, ...course } = position.course;
      const policyOptimizer = optimizer('policyOptimizer', run.ppo?.policy);
      const valueOptimizer = optimizer('valueOptimizer', run.ppo?.valueModel);
      return { stage: 'ppo', course: { ...course, policyOptimizer, valueOptimizer } };
    }
  }
}

function moments(
  name: string,
  tensors: Record<string, SnapshotTensor>,
  { parameters }: Gpt,
): Record<string, Float32Array> {
  const found: Record<string, Float32Array> = {};
  for (const [parameter, { size }] of Object.entries(parameters)) {
    const data = tensors[parameter]?.data;
    if (!(data instanceof Float32Array) || data.length !== size)
      throw new StorageError(
        `snapshot: ${name} of ${parameter} has ${data?.length ?? 'no'} numbers; expected ${size}, as many as the parameter; use an older one.`,
      );
    found[parameter] = data;
  }
  return found;
}
