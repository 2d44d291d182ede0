/** One measurement as a loop of slices, each short enough to stand between two training steps. */
import { answer, type Answers } from '../evaluation/answers';
import type { PromptItem } from '../pipeline/curriculum';
import type { Run } from '../pipeline/run';
import { collect, emptyCollection } from './collectedAnswers';
import { answerFigures, blindPairs } from './evaluationFigures';
import { chooseFewShot, policyFor, type FrozenRun } from './evaluationScene';
import { measureSuites, SUITE_SLICES } from './evaluationSuites';
import type { CandidateId, Distribution, EvaluationNews, EvaluationRequest } from './evaluationTypes';

type Reported = Extract<EvaluationNews, { type: 'progress' | 'figures' | 'pairs' }>;
/** What a slice found out: news without the number of the request. */
export type Finding = Reported extends infer News ? (News extends Reported ? Omit<News, 'requestId'> : never) : never;

/** Prompts that one policy answers in one slice. */
const SLICE = 32;

/** Held-out prompts of a distribution, in the order in which they are asked. */
export function promptsOf({ curriculum }: Run, distribution: Distribution): readonly PromptItem[] {
  return distribution === 'instructions' ? curriculum.testPrompts : curriculum.completionTestPrompts;
}

interface Part {
  distribution: Distribution;
  prompts: readonly PromptItem[];
  /** The same for all policies, so that they are compared on the same random numbers. */
  stream: string;
}

function partsOf(run: Run, { distributions, prompts: count }: EvaluationRequest): Part[] {
  return distributions.flatMap((distribution) => {
    const prompts = promptsOf(run, distribution).slice(0, count);
    const starts = Array.from({ length: Math.ceil(prompts.length / SLICE) }, (_, i) => i * SLICE);
    return starts.map((at) => ({
      distribution,
      prompts: prompts.slice(at, at + SLICE),
      stream: `page/${distribution}/${at}`,
    }));
  });
}

/**
 * Answers the same prompts with every policy, a few prompts of each at a time, so that all figures stand after the first
 * round and their intervals shrink from then on. Then the suites, one policy after the other.
 * @param frozen borrowed
 */
export async function* measure(frozen: FrozenRun, request: EvaluationRequest): AsyncGenerator<Finding, void> {
  const { run, policies } = frozen;
  const candidates = [...new Set<CandidateId>(['sft', ...request.candidates])];
  const parts = partsOf(run, request);
  const perPart = candidates.reduce((sum, id) => sum + drawsNeeded(id, request), 0);
  // What a prefix or a choice among answers adds is no skill of the model.
  const suites = request.withSuites ? candidates.filter((id) => id !== 'bestOf' && id !== 'fewShot') : [];
  const isChoosing = candidates.includes('fewShot') && !policies.fewShot;
  const total = Number(isChoosing) + parts.length * perPart + suites.length * SUITE_SLICES;
  const collected = emptyCollection();
  let done = 0;
  if (isChoosing) {
    await chooseFewShot(frozen);
    yield { type: 'progress', done: ++done, total };
  }
  for (const { distribution, prompts, stream } of parts) {
    for (const id of candidates) {
      const policy = { ...policyFor(frozen, id, 1), temperature: request.temperature };
      const draws: Answers[] = [];
      for (let draw = 0; draw < drawsNeeded(id, request); draw++) {
        // Best-of-n never contains the very answer it is compared with.
        draws.push(await answer(run, policy, prompts, id === 'bestOf' ? `${stream}/best ${draw}` : stream));
        yield { type: 'progress', done: ++done, total };
      }
      collect(collected, distribution, id, draws);
    }
    yield { type: 'figures', figures: answerFigures(run, collected) };
  }
  yield { type: 'pairs', pairs: blindPairs(collected.answers.instructions) };
  for await (const figures of measureSuites(run, policies, suites)) {
    yield { type: 'progress', done: ++done, total };
    yield { type: 'figures', figures };
  }
}

function drawsNeeded(id: CandidateId, request: EvaluationRequest): number {
  return id === 'bestOf' ? request.bestOf : 1;
}
