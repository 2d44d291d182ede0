/** What the desk shows of a run: items to rank, simulated colleagues, demonstrations. */
import { ConfigError } from '../config/errors';
import { showHidden } from '../config/hiddenText';
import { factsAbout } from '../data/factLookup';
import { labelAnswers } from '../data/labelAnswers';
import {
  agreementByLabeler,
  compareLabels,
  disputedPrompts,
  ownConsistency,
  pairwiseAgreement,
} from '../data/labelStatistics';
import { stream } from '../data/random';
import { flagsOf } from '../data/flags';
import type { PromptItem } from '../pipeline/curriculum';
import { demonstrationSlots } from '../pipeline/items';
import { livePolicies, samplingOf, type Run } from '../pipeline/run';
import { sampleAnswers } from '../pipeline/sampling';
import type { RankingLabel } from '../data/labels';
import type {
  AgreementReport,
  Colleague,
  DemonstrationCheck,
  GradedDemonstration,
  DeskAnswer,
  DeskItem,
  DeskRequest,
  Writer,
} from './deskProtocol';

type Draw = Extract<DeskRequest, { kind: 'draw' }>;

/** Answers sampled for each one wanted: small models often say the same thing twice. */
const SPARE = 3;
/** Prompts tried before an item with fewer different answers is accepted. */
const TRIES = 4;

/**
 * A prompt of the run's ranking prompts with different answers by the writers asked for, shuffled. Prompts whose answers
 * come out alike are passed over.
 * @throws ConfigError when none of the writers exists yet
 */
export async function drawItem(run: Run, { answers, pool, number }: Draw): Promise<DeskItem> {
  const seed = run.config['run.seed'];
  const order = stream(seed, 'desk/prompts').shuffle(run.curriculum.rankingPrompts);
  let best: { prompt: PromptItem; answers: DeskAnswer[] } | null = null;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const prompt = order[(number * TRIES + attempt) % order.length];
    const found = await sampleDifferent(run, prompt, pool, answers, `desk/${number}/${attempt}`);
    if (best === null || found.length > best.answers.length) best = { prompt, answers: found };
    if (found.length >= answers) break;
  }
  if (best === null || best.answers.length < 2)
    throw new ConfigError(
      `desk: ${TRIES} prompts in a row got ${best?.answers.length ?? 0} different answers; expected at least 2; let more policies write.`,
    );
  const shown = stream(seed, `desk/order/${number}`).shuffle(best.answers.slice(0, answers));
  const { text } = best.prompt.spec;
  return { prompt: text, answers: shown, facts: factsOn(run, text, shown) };
}

function factsOn(run: Run, prompt: string, answers: readonly { text: string }[]): DeskItem['facts'] {
  return factsAbout(run.curriculum.world, [prompt, ...answers.map((answer) => answer.text)].join(' '));
}

/** Different answers to one prompt, taking turns between the writers. */
async function sampleDifferent(
  run: Run,
  prompt: PromptItem,
  pool: readonly Writer[],
  count: number,
  name: string,
): Promise<DeskAnswer[]> {
  const policies = livePolicies(run);
  const writers = pool.filter((writer) => policies[writer] !== undefined);
  if (writers.length === 0)
    throw new ConfigError(
      `desk: nobody can write answers, asked were ${pool.join(', ')}; expected a policy of the run; load the shipped models or run step 1.`,
    );
  const each = Math.ceil((count * SPARE) / writers.length);
  const byWriter: DeskAnswer[][] = [];
  for (const source of writers) {
    const copies = Array.from({ length: each }, () => prompt.tokens);
    const items = await sampleAnswers(policies[source]!, copies, samplingOf(run.config, `${name}/${source}`));
    byWriter.push(
      items.map(({ response }) => ({
        // A model that has learnt little may sample any byte; the tokens stay what they were.
        text: showHidden(run.curriculum.decodeAnswer(response)),
        ended: run.curriculum.isEnded(response),
        source,
        tokens: [...response],
      })),
    );
  }
  const different = new Map<string, DeskAnswer>();
  for (let turn = 0; turn < each; turn++)
    for (const answers of byWriter) {
      const answer = answers[turn];
      if (answer.text.trim() !== '' && !different.has(answer.text)) different.set(answer.text, answer);
    }
  return [...different.values()].slice(0, count);
}

/** How simulated labelers judge the item of a label. Empty for prompts that the world does not know. */
export function askColleagues(run: Run, label: RankingLabel, count: number): Colleague[] {
  const { curriculum, config } = run;
  const spec = curriculum.findSpec(label.prompt);
  if (!spec) return [];
  const random = stream(config['run.seed'], `desk/colleagues/${label.prompt}/${label.answers.join('/')}`);
  const shown = label.answers.map((text, i) => {
    const isEnded = label.ended?.[i] ?? true;
    return { text, isEnded, grade: curriculum.grade(spec, curriculum.encodeAnswer(text, isEnded)) };
  });
  return random.sample(curriculum.labelers.training, count).map((labeler) => {
    const theirs = labelAnswers(labeler, spec, shown, random);
    return { label: theirs, counts: compareLabels(label, theirs) };
  });
}

/** People in a pool whose pairs are listed one by one; a larger class reads the list of people instead. */
const MOST_LISTED = 8;
const MOST_DISPUTED = 10;

/** How far the people behind labels agree with each other and with themselves. */
export function reportAgreement(labels: readonly RankingLabel[]): AgreementReport {
  const people = [...new Set(labels.map(({ labeler }) => labeler))];
  const listed = people.slice(0, MOST_LISTED);
  return {
    everyone: pairwiseAgreement(labels),
    byPerson: agreementByLabeler(labels),
    pairs: listed
      .flatMap((a, i) => listed.slice(i + 1).map((b): [string, string] => [a, b]))
      .map((two) => ({ people: two, agreement: pairwiseAgreement(labels.filter((l) => two.includes(l.labeler))) }))
      .filter(({ agreement }) => agreement.pairs > 0),
    consistency: ownConsistency(labels).filter(({ pairs }) => pairs > 0),
    disputed: disputedPrompts(labels, MOST_DISPUTED),
  };
}

/** Demonstrations of the run from `offset` on, with what is wrong with each in the eyes of the world's rule. */
export function listDemonstrations(
  run: Run,
  offset: number,
  count: number,
): { rows: GradedDemonstration[]; total: number } {
  const { train } = run.curriculum.sft;
  const rows = train.slice(offset, offset + count).map(({ prompt, response }) => {
    const text = run.curriculum.decodeAnswer(prompt.slice(1)).trimEnd();
    const spec = run.curriculum.findSpec(text);
    return {
      prompt: text,
      completion: run.curriculum.decodeAnswer(response),
      flags: spec ? flagsOf(spec, run.curriculum.grade(spec, response)) : [],
    };
  });
  return { rows, total: train.length };
}

/** Whether a demonstration fits, and what the world's rule says about it. */
export function checkDemonstration(run: Run, prompt: string, completion: string): DemonstrationCheck {
  const { curriculum, config } = run;
  const response = curriculum.encodeAnswer(completion, true);
  const spec = curriculum.findSpec(prompt);
  return {
    promptTokens: curriculum.encodePrompt(prompt).length,
    promptLimit: config['model.context'] - demonstrationSlots(config),
    completionTokens: response.length,
    completionLimit: demonstrationSlots(config),
    flags: spec && completion.trim() !== '' ? flagsOf(spec, curriculum.grade(spec, response)) : null,
  };
}
