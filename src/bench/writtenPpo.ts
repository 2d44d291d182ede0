/**
 * Iterations of PPO written down, for sides that cannot read this program's models and streams: where the networks start,
 * and per iteration the prompts, the order of the pieces and the text that is mixed in.
 */
import { stream } from '../data/random';
import { EOS_ID, PAD_ID } from '../data/tokenizer';
import { readValues } from '../kernels/defineKernel';
import { disposeModel, type Gpt, type GptShape } from '../nn/gpt';
import type { AssetReader } from '../pipeline/assets';
import { queryLimit } from '../pipeline/items';
import { Passes } from '../pipeline/passes';
import { policyRate, startPpoState } from '../pipeline/ppo';
import { disposeRun } from '../pipeline/run';
import { firstAnswers, startPpoRun } from './oursRun';
import { checkRules, PTX_LENGTH } from './stockPpo';
import type { NamedArray, PpoTask } from './task';

/** One iteration's share of every random stream but that of its answers. */
interface WrittenIteration {
  /** Of the policy. */
  learningRate: number;
  prompts: readonly (readonly number[])[];
  /** [epochs · B], rows in the order in which they are learned from */
  order: Int32Array;
  /** [pieces · windows · (PTX_LENGTH + 1)], a window's inputs and the token behind them; null without a pretraining mix */
  text: Int32Array | null;
}

export interface WrittenPpo {
  kind: 'ppo';
  id: PpoTask['id'];
  shape: GptShape;
  /** The reference starts, and stays, where the policy starts. */
  networks: Record<'policy' | 'rewardModel' | 'valueModel', NamedArray[]>;
  settings: Record<string, number>;
  iterations: WrittenIteration[];
  /** Answers that all sides learn from in the iteration that is compared. */
  answers: number[][];
}

const writeNetwork = ({ parameters }: Gpt): Promise<NamedArray[]> =>
  Promise.all(
    Object.entries(parameters).map(async ([name, tensor]) => {
      const values = Float32Array.from(await readValues(tensor));
      return { name, shape: tensor.shape, values };
    }),
  );

/**
 * Samples the answers on the engine that runs.
 * @param read where shipped models are found
 * @throws RangeError for settings whose rules no other side has
 */
export async function writePpo(task: PpoTask, read: AssetReader, iterations: number): Promise<WrittenPpo> {
  const { run, models } = await startPpoRun(task, read);
  const { config } = run;
  checkRules(config);
  const state = startPpoState(models, config);
  const data = run.curriculum.ppoData();
  const seed = config['run.seed'];
  const [passes, shuffle, pages] = [
    new Passes(data.prompts.length, stream(seed, 'ppo/prompts')),
    stream(seed, 'ppo/shuffle'),
    stream(seed, 'ppo/pages'),
  ];
  const [size, epochs, minibatches] = [config['ppo.batchSize'], config['ppo.epochs'], config['ppo.minibatches']];
  const windows = config['ppo.ptxCoef'] > 0 ? epochs * minibatches * config['ppo.ptxBatchSize'] : 0;
  const writeText = (stream: Int32Array) => {
    const text = new Int32Array(windows * (PTX_LENGTH + 1));
    for (let i = 0; i < windows; i++) {
      const start = pages.int(stream.length - PTX_LENGTH - 1);
      text.set(stream.subarray(start, start + PTX_LENGTH + 1), i * (PTX_LENGTH + 1));
    }
    return text;
  };
  const written: WrittenPpo = {
    kind: 'ppo',
    id: task.id,
    shape: models.sft.shape,
    networks: {
      policy: await writeNetwork(state.policy),
      rewardModel: await writeNetwork(models.rewardModel),
      valueModel: await writeNetwork(state.valueModel),
    },
    settings: {
      epochs,
      minibatches,
      temperature: config['sampling.temperature'],
      responseLength: config['sampling.responseLength'],
      queryLimit: queryLimit(models.sft.shape, config['sampling.responseLength']),
      klCoef: config['ppo.klCoef'],
      gamma: config['ppo.gamma'],
      lambda: config['ppo.lambda'],
      clipRange: config['ppo.clipRange'],
      valueClipRange: config['ppo.valueClipRange'],
      valueLearningRate: config['ppo.valueLearningRate'],
      ptxCoef: config['ppo.ptxCoef'],
      ptxLength: PTX_LENGTH,
      eos: EOS_ID,
      pad: PAD_ID,
    },
    iterations: Array.from({ length: iterations }, (_, i) => ({
      learningRate: policyRate(config, i + 1),
      prompts: passes.take(size).map((index) => data.prompts[index]),
      order: Int32Array.from(
        Array.from({ length: epochs }, () => shuffle.shuffle(Array.from({ length: size }, (__, row) => row))).flat(),
      ),
      text: windows > 0 ? writeText(data.pages()) : null,
    })),
    answers: await firstAnswers(state.policy, data, config),
  };
  [state.policy, state.valueModel].forEach(disposeModel);
  disposeRun(run);
  return written;
}
