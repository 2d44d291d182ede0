/**
 * The row of FLAN and T0: supervised fine-tuning on public NLP tasks written as instructions. The tasks are those of the
 * alignment-tax suites, as templates of their own and with other items; their answers are labels, words and short ends,
 * as in such collections. @source Ouyang et al. 2022, section 3.5 "Baselines"
 */
import { ConfigError } from '../../config/errors';
import { languageSuites, type ChoiceItem } from '../../data/evaluationSuites';
import { stream } from '../../data/random';
import { copyModel } from '../../nn/gpt';
import type { Item } from '../../pipeline/items';
import { queryLimit } from '../../pipeline/items';
import type { Curriculum } from '../../pipeline/curriculum';
import { trainSft } from '../../pipeline/sft';
import type { JobDefinition } from '../job';
import { runToEnd, series } from './stageRows';

/** How a suite item becomes an instruction; several wordings each, as the collections have. */
const TEMPLATES: Readonly<Record<string, readonly ((prefix: string) => string)[]>> = {
  storyEnding: [
    (text) => `Choose the end. ${text.replace('Story: ', '')}`,
    (text) => `What comes next? ${text.replace('Story: ', '')}`,
  ],
  extraction: [
    (text) => `${text.replace(/ The (\w+) is$/, ' Which $1 is in the text?')}`,
    (text) => `Read and fill in: ${text}`,
  ],
  sentiment: [
    (text) => `Rate the review, good or bad. ${text.replace(' Rating:', '')}`,
    (text) => `${text.replace(' Rating:', '')} Is the rating good or bad?`,
  ],
  tense: [(text) => `Which verb is missing? ${text}`, (text) => `Fill in the past. ${text}`],
};

const HELD_OUT_SHARE = 0.1;

export const publicTasks: JobDefinition<'publicTasks'> = {
  version: 1,
  async run({ run, base, adopt, saveModel, progress }, { options }) {
    const { config, curriculum } = run;
    const start = await base();
    const limit = queryLimit(start.shape, config['sampling.responseLength']);
    const { items, families } = writeExamples(curriculum, options.examples, config['run.seed'], limit);
    const cut = Math.floor(items.length * (1 - HELD_OUT_SHARE));
    const model = adopt(copyModel(start));
    const data = { train: items.slice(0, cut), validation: items.slice(cut) };
    const rows = await runToEnd(trainSft(model, data, config, adopt), progress);
    await saveModel('policy', model);
    return { examples: cut, families, validationLoss: series(rows, 'sft/eval_loss').at(-1)?.value ?? NaN };
  },
};

function writeExamples(curriculum: Curriculum, examples: number, seed: number, limit: number) {
  const random = stream(seed, 'public tasks');
  // Items of another seed than the suites' own, so that no item of a later test is learned.
  const suites: Record<string, ChoiceItem[]> = languageSuites(curriculum.world, `public tasks/${seed}`, examples);
  const families = Object.keys(suites).filter((name) => TEMPLATES[name]);
  if (families.length === 0)
    throw new ConfigError(`public tasks: no template fits the suites ${Object.keys(suites).join(', ')}; add one.`);
  const all = families.flatMap((name) => suites[name].map((item) => ({ name, item })));
  const items = random.shuffle(all).map(({ name, item }): Item => {
    const text = random.pick(TEMPLATES[name])(item.prefix);
    return {
      prompt: curriculum.encodePrompt(text),
      response: curriculum.encodeAnswer(item.choices[item.answer].trim(), true),
    };
  });
  const fitting = items.filter(({ prompt }) => prompt.length <= limit);
  return { items: fitting.slice(0, examples), families };
}
