import { writeReview, writeSimpleSentence } from './composition';
import { draftPrompt, type PromptWriter } from './promptDraft';
import type { Random } from './random';
import { fill } from './text';
import { NUMBERS, OPPOSITES, PAST_TENSE, RUDE_WORDS, kindOf, pronounOf } from './vocabulary';
import type { World } from './world';

export const pastPrompt: PromptWriter = (world, random) => {
  const { subject, verb, object } = writeSimpleSentence(world, random);
  const request = random.pick(['Write in the past:', 'Change to the past:']);
  const references = [`${subject} ${PAST_TENSE[verb]} ${object}.`];
  return draftPrompt('rewrite', `${request} ${subject} ${verb} ${object}.`, { family: 'past', references });
};

export const politePrompt: PromptWriter = ({ entities }, random) => {
  const thing = random.pick([...entities.food, ...entities.object]);
  const request = random.pick(['Say it nicely:', 'Make it polite:']);
  const references = [`Please give me the ${thing}.`, `Can you please give me the ${thing}?`];
  const text = `${request} Give me the ${thing}, you ${random.pick(RUDE_WORDS)}.`;
  return draftPrompt('rewrite', text, { family: 'polite', references });
};

export const swapPrompt: PromptWriter = (world, random) => {
  const { verb, object } = writeSimpleSentence(world, random);
  const [newName, oldName] = random.sample(world.entities.person, 2);
  const text = `Change the name to ${newName}: ${oldName} ${verb} ${object}.`;
  return draftPrompt('rewrite', text, { family: 'swap', references: [`${newName} ${verb} ${object}.`] });
};

/** Three sentences and the one that sums them up; news pages are made of them too. */
export function writeEvent(
  { entities, adjectives }: World,
  random: Random,
): { readonly text: string; readonly summary: string } {
  const name = random.pick(entities.person);
  const animal = random.pick(entities.animal);
  const pronoun = pronounOf(name);
  if (random.chance(0.5)) {
    const place = random.pick(entities.place);
    const text = `${name} went to the ${place}. ${pronoun} saw a ${animal}. The ${animal} was ${random.pick(adjectives)}.`;
    return { text, summary: `${name} saw a ${animal} near the ${place}.` };
  }
  const food = random.pick(entities.food);
  const text = `${name} was hungry. ${pronoun} made some ${food}. Then ${pronoun.toLowerCase()} gave it to a ${animal}.`;
  return { text, summary: `${name} made some ${food} for a ${animal}.` };
}

export const summaryPrompt: PromptWriter = (world, random) => {
  const { text, summary } = writeEvent(world, random);
  const request = random.pick(['Sum up:', 'Make it short:']);
  return draftPrompt('summarize', `${request} ${text}`, { family: 'summary', references: [summary] });
};

export const sentimentPrompt: PromptWriter = ({ entities }, random) => {
  const isGood = random.chance(0.5);
  const topic = random.pick([...entities.food, ...entities.object]);
  const review = writeReview(topic, isGood, random.pick([1, 2] as const), random);
  const request = random.pick(['Is this review good or bad?', 'Good or bad?']);
  const references = [`The review is ${isGood ? 'good' : 'bad'}.`];
  return draftPrompt('classify', `${request} ${review}`, { family: 'sentiment', references });
};

export const kindPrompt: PromptWriter = ({ entities }, random) => {
  const entity = random.pick([...entities.animal, ...entities.food]);
  const choices = random.shuffle(['an animal', 'a food']);
  const answer = kindOf(entity) === 'animal' ? 'an animal' : 'a food';
  const references = [`The ${entity} is ${answer}.`];
  return draftPrompt('classify', `Is ${entity} ${choices.join(' or ')}?`, { family: 'kind', references });
};

export const countPrompt: PromptWriter = ({ entities }, random) => {
  const animals = random.sample(entities.animal, random.pick([2, 3, 4]));
  const references = [`There are ${NUMBERS[animals.length - 1]} animals.`];
  return draftPrompt('other', `How many animals? ${animals.join(', ')}.`, { family: 'count', references });
};

export const nextPrompt: PromptWriter = (_world, random) => {
  const first = random.int(NUMBERS.length - 3);
  const request = random.pick(['What comes next?', 'What is the next word?', 'Find the next word:']);
  const references = [`The next word is ${NUMBERS[first + 3]}.`];
  const text = `${request} ${NUMBERS.slice(first, first + 3).join(', ')}.`;
  return draftPrompt('other', text, { family: 'next', references });
};

const OPPOSITE_PHRASES = [
  'What is the opposite of {w}?',
  'Tell me the opposite of {w}.',
  'Give me the opposite of {w}.',
  'Find the opposite of {w}.',
];

export const oppositePrompt: PromptWriter = (_world, random) => {
  const word = random.pick(Object.keys(OPPOSITES));
  const references = [`The opposite of ${word} is ${OPPOSITES[word]}.`];
  return draftPrompt('other', fill(random.pick(OPPOSITE_PHRASES), { w: word }), { family: 'opposite', references });
};
