/**
 * Few-shot prompts: one instruction with worked examples, then the query. One instruction with its examples makes
 * several prompts, each with another query and other examples before it, as the paper's labelers' did.
 * @source arXiv:2203.02155, appendix A.1
 */
import { writeReview, writeSimpleSentence } from './composition';
import type { Family, PromptSpec, ReferenceFamily, UseCase } from './promptTypes';
import type { Random } from './random';
import { writeSighting } from './promptsQuestions';
import { NUMBERS, OPPOSITES, PAST_TENSE, RUDE_WORDS, kindOf } from './vocabulary';
import type { World } from './world';

interface Example {
  readonly query: string;
  readonly answer: string;
}

interface ExampleFamily {
  readonly family: ReferenceFamily;
  readonly useCase: UseCase;
  /** The instruction, and what makes examples of it. */
  begin(world: World, random: Random): { readonly instruction: string; readonly example: () => Example };
}

/** The families short enough for several examples in the smallest context. */
const EXAMPLE_FAMILIES: readonly ExampleFamily[] = [
  {
    family: 'sentiment',
    useCase: 'classify',
    begin: ({ entities }, random) => ({
      instruction: random.pick(['Good or bad?', 'Say if the review is good or bad.']),
      example: () => {
        const isGood = random.chance(0.5);
        const review = writeReview(random.pick([...entities.food, ...entities.object]), isGood, 1, random);
        return { query: review.slice(0, -1), answer: isGood ? 'good' : 'bad' };
      },
    }),
  },
  {
    family: 'kind',
    useCase: 'classify',
    begin: ({ entities }, random) => ({
      instruction: random.pick(['Animal or food?', 'Say animal or food.']),
      example: () => {
        const query = random.pick([...entities.animal, ...entities.food]);
        return { query, answer: kindOf(query) ?? '' };
      },
    }),
  },
  {
    family: 'count',
    useCase: 'other',
    begin: ({ entities }, random) => ({
      instruction: random.pick(['Count the animals.', 'How many animals?']),
      example: () => {
        const animals = random.sample(entities.animal, random.pick([2, 3, 4]));
        return { query: animals.join(', '), answer: NUMBERS[animals.length - 1] };
      },
    }),
  },
  {
    family: 'opposite',
    useCase: 'other',
    begin: (_world, random) => ({
      instruction: random.pick(['Give the opposite.', 'Write the opposite.']),
      example: () => {
        const query = random.pick(Object.keys(OPPOSITES));
        return { query, answer: OPPOSITES[query] };
      },
    }),
  },
  {
    family: 'past',
    useCase: 'rewrite',
    begin: (world, random) => ({
      instruction: random.pick(['Change to the past.', 'Write in the past.']),
      example: () => {
        const { subject, verb, object } = writeSimpleSentence(world, random);
        return { query: `${subject} ${verb} ${object}`, answer: `${subject} ${PAST_TENSE[verb]} ${object}` };
      },
    }),
  },
  {
    family: 'polite',
    useCase: 'rewrite',
    begin: ({ entities }, random) => ({
      instruction: random.pick(['Say it nicely.', 'Make it polite.']),
      example: () => {
        const thing = random.pick([...entities.food, ...entities.object]);
        return {
          query: `Give me the ${thing}, you ${random.pick(RUDE_WORDS)}`,
          answer: `Please give me the ${thing}`,
        };
      },
    }),
  },
  {
    family: 'extract',
    useCase: 'extract',
    begin: (world, random) => {
      const slot = random.pick(['name', 'animal', 'place'] as const);
      return {
        instruction: `Find the ${slot}.`,
        example: () => {
          let sighting = writeSighting(world, random);
          while (sighting.slot !== slot) sighting = writeSighting(world, random);
          return { query: sighting.text.slice(0, -1), answer: sighting.answer };
        },
      };
    },
  },
];

/** Whether a family can be asked for by examples. */
export function hasExamples(family: Family): boolean {
  return EXAMPLE_FAMILIES.some((row) => row.family === family);
}

/** Examples that one instruction comes with. */
const EXAMPLES_PER_INSTRUCTION = 5;

/**
 * The prompts made from one instruction: each example is the query once, after `shots` of the others.
 * @param shots worked examples before the query, drawn anew for each prompt
 * @throws RangeError for a family without examples
 */
export function fewShotPrompts(world: World, family: Family, shots: readonly number[], random: Random): PromptSpec[] {
  const row = EXAMPLE_FAMILIES.find((candidate) => candidate.family === family);
  if (!row) throw new RangeError(`fewShotPrompts: "${family}" has no examples; choose one of EXAMPLE_FAMILIES.`);
  const { instruction, example } = row.begin(world, random);
  const examples = new Map<string, string>();
  while (examples.size < EXAMPLES_PER_INSTRUCTION) {
    const { query, answer } = example();
    examples.set(query, answer);
  }
  return [...examples].map(([query, answer]) => {
    const others = [...examples].filter(([other]) => other !== query);
    const shown = random.sample(others, random.pick(shots)).map(([asked, given]) => `${asked}: ${given}.`);
    return {
      useCase: row.useCase,
      text: [instruction, ...shown, `${query}:`].join(' '),
      isConstrained: false,
      source: 'fewShot',
      isSensitive: false,
      task: { family: row.family, references: [`${answer}.`] },
    };
  });
}
