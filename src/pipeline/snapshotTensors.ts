/** What a snapshot has of tensors: weights, moments of optimisers, and the answers that were ranked. */
import type { Tensor } from '@tensorflow/tfjs';
import { readMany } from '../kernels/readMany';
import type { Gpt } from '../nn/gpt';
import type { AdamW, SavedOptimizer } from '../nn/optimizer';
import type { Stage } from './report';
import type { Run, RunModels } from './runState';
import { optimizersOf, savedOptimizers } from './stagePosition';

export interface SnapshotTensor {
  /** `models/<model>/<parameter>`, `<optimiser>/<first|second>/<parameter>`, `answers/rm/<lengths|tokens>`. */
  name: string;
  dtype: 'float32' | 'int32';
  shape: number[];
  /** Never written to. Weights that no longer change are the same array in every snapshot of a run. */
  data: Float32Array | Int32Array;
}

/** Weights that were read and cannot change any more, so that they are read once. */
export type FrozenValues = WeakMap<Tensor, Float32Array>;

/** Models that a stage moves. */
const LEARNERS: Record<Stage, readonly (keyof RunModels)[]> = {
  pretrain: ['base'],
  sft: ['sft'],
  rm: ['unfinishedRewardModel'],
  ppo: ['policy', 'valueModel'],
};

/** Tensors under one name, and whether they will ever change. */
interface Group {
  name: string;
  tensors: Readonly<Record<string, Tensor>>;
  isFrozen: boolean;
}

/**
 * Reads everything of a run that is a tensor.
 * @param frozen remembers weights that no longer change
 */
export async function readTensors(run: Run, frozen: FrozenValues): Promise<SnapshotTensor[]> {
  const { training, saved, answers } = run;
  const tensors = await readGroups([...modelGroups(run), ...optimizersOf(training).flatMap(momentGroups)], frozen);
  // A stage that has not gone on yet has its optimisers on the host.
  if (!training) tensors.push(...savedOptimizers(saved).flatMap((entry) => savedMoments(run, entry)));
  if (answers.length > 0) tensors.push(...answerTensors(answers.map(({ response }) => response)));
  return tensors;
}

/** Models of a run by the names they have in a snapshot. The policy behind an average is the `learner`. */
function modelGroups({ models, sftEpochs, ppo, training, saved }: Run): Group[] {
  const stage = (training ?? saved)?.stage;
  const learning: readonly string[] = stage ? LEARNERS[stage] : [];
  const all: Record<string, Gpt | undefined> = { ...models };
  sftEpochs.forEach((weights, i) => (all[`sftEpoch${i + 1}`] = weights));
  if (stage === 'ppo' && ppo?.average) all.learner = ppo.policy;
  return Object.entries(all).flatMap(([name, model]) =>
    model
      ? [
          {
            name: `models/${name}`,
            tensors: model.parameters,
            isFrozen: name !== 'learner' && !learning.includes(name),
          },
        ]
      : [],
  );
}

function momentGroups([name, { state }]: [string, AdamW]): Group[] {
  return [
    { name: `${name}/first`, tensors: state.firstMoments, isFrozen: false },
    { name: `${name}/second`, tensors: state.secondMoments, isFrozen: false },
  ];
}

async function readGroups(groups: readonly Group[], frozen: FrozenValues): Promise<SnapshotTensor[]> {
  const entries = groups.flatMap(({ name, tensors, isFrozen }) =>
    Object.entries(tensors).map(([parameter, tensor]) => ({ name: `${name}/${parameter}`, tensor, isFrozen })),
  );
  const known = (entry: (typeof entries)[number]) => (entry.isFrozen ? frozen.get(entry.tensor) : undefined);
  const wanted = entries.filter((entry) => !known(entry));
  const values = await readMany(wanted.map(({ tensor }) => tensor));
  const read = new Map(wanted.map(({ tensor }, i) => [tensor, values[i]]));
  return entries.map((entry): SnapshotTensor => {
    const { name, tensor, isFrozen } = entry;
    const data = read.get(tensor) ?? known(entry)!;
    if (isFrozen) frozen.set(tensor, data);
    else frozen.delete(tensor);
    return { name, dtype: 'float32', shape: tensor.shape.slice(), data };
  });
}

function savedMoments(
  { models, ppo, saved }: Run,
  [name, { firstMoments, secondMoments }]: [string, SavedOptimizer],
): SnapshotTensor[] {
  const trained = { pretrain: models.base, sft: models.sft, rm: models.unfinishedRewardModel, ppo: ppo?.policy };
  const { parameters } = (name === 'valueOptimizer' ? models.valueModel : trained[saved!.stage])!;
  const tensors = (kind: string, moments: SavedOptimizer['firstMoments']) =>
    Object.entries(moments).map(([parameter, data]): SnapshotTensor => {
      const { shape } = parameters[parameter];
      return { name: `${name}/${kind}/${parameter}`, dtype: 'float32', shape: shape.slice(), data };
    });
  return [...tensors('first', firstMoments), ...tensors('second', secondMoments)];
}

/** The answers that were ranked, one after the other. Their prompts follow from the settings. */
export function answerTensors(answers: readonly (readonly number[])[]): SnapshotTensor[] {
  const tensor = (name: string, data: Int32Array): SnapshotTensor => ({
    name: `answers/rm/${name}`,
    dtype: 'int32',
    shape: [data.length],
    data,
  });
  const lengths = Int32Array.from(answers, (answer) => answer.length);
  return [tensor('lengths', lengths), tensor('tokens', Int32Array.from(answers.flat()))];
}
