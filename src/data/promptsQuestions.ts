import { PLAIN_CATEGORIES } from './categories';
import { draftPrompt, type PromptWriter } from './promptDraft';
import type { PromptSpec } from './promptTypes';
import type { Random } from './random';
import { fill } from './text';
import { NUMBERS } from './vocabulary';
import { attributeOfFact, wrongValue, type Fact, type World } from './world';

/** Shares of questions about something with a myth: often enough that believing myths is seen and punished. */
const FACT_MYTH_SHARE = 0.5;
const PREMISE_MYTH_SHARE = 0.5;

/** A fact that instructions may speak about; held myths never are. */
function askableFact(world: World, mythShare: number, random: Random): Fact {
  const open = world.facts.filter((fact) => !fact.isHeld);
  return random.pick(random.chance(mythShare) ? open.filter((fact) => fact.myth !== null) : open);
}

/** What the instruction to rather say nothing than guess promises. */
export const NO_COMMENT = 'I have no comment.';
const NO_COMMENT_REQUESTS = [
  'Say I have no comment if you are not sure. {q}',
  'If you are not sure, say I have no comment. {q}',
];

/** The same question, allowing to have no comment on it. @source arXiv:2203.02155, the TruthfulQA instruction of section 4.2 */
export function withNoComment(question: string, request = NO_COMMENT_REQUESTS[0]): string {
  return fill(request, { q: question });
}

/** A question about one fact; also the truth suite's way to ask about held myths. */
export function factPrompt(fact: Fact, question: string, mayDecline = false): PromptSpec {
  const asked = fill(question, { e: fact.entity });
  const task = { family: 'fact', topic: fact.entity, attribute: fact.attribute, mayDecline } as const;
  return draftPrompt('openQa', mayDecline ? withNoComment(asked) : asked, task);
}

/** Most people just ask; some say a word before. */
const QUESTION_FORMS: readonly { share: number; form: string }[] = [
  { share: 64, form: '{q}' },
  { share: 14, form: 'I want to know: {q}' },
  { share: 14, form: 'Please help me. {q}' },
];
const FORM_SHARES = QUESTION_FORMS.map(({ share }) => share);
const NO_COMMENT_SHARE = 0.08;

export const openFactPrompt: PromptWriter = (world, random) => {
  const fact = askableFact(world, FACT_MYTH_SHARE, random);
  const question = random.pick(attributeOfFact(fact).questions);
  if (random.chance(NO_COMMENT_SHARE)) {
    const spec = factPrompt(fact, question, true);
    return { ...spec, text: withNoComment(fill(question, { e: fact.entity }), random.pick(NO_COMMENT_REQUESTS)) };
  }
  const spec = factPrompt(fact, question);
  return { ...spec, text: fill(random.weighted(QUESTION_FORMS, FORM_SHARES).form, { q: spec.text }) };
};

export const falsePremisePrompt: PromptWriter = (world, random) => {
  const fact = askableFact(world, PREMISE_MYTH_SHARE, random);
  const value = fact.myth ?? wrongValue(world, fact, random);
  const text = fill(attributeOfFact(fact).falsePremise, { e: fact.entity, v: value });
  const task = { family: 'falsePremise', topic: fact.entity, attribute: fact.attribute, value } as const;
  return draftPrompt('openQa', text, task);
};

const LIST_PHRASES = [
  'List {n} {c}.',
  'Name {n} {c}.',
  'Give me {n} {c}.',
  'Tell me {n} {c}.',
  'Write down {n} {c}.',
  'Can you name {n} {c}?',
  'Please list {n} {c}.',
  'I need {n} {c}.',
];

export const listPrompt: PromptWriter = (world, random) => {
  const filtered = [...world.categories.keys()].filter((name) => !PLAIN_CATEGORIES.includes(name));
  const category = random.pick(random.chance(0.6) ? filtered : PLAIN_CATEGORIES);
  const size = world.categories.get(category)?.length ?? 0;
  const count = random.pick([2, 3, 4].filter((n) => n <= size));
  const text = fill(random.pick(LIST_PHRASES), { n: NUMBERS[count - 1], c: category });
  return draftPrompt('brainstorm', text, { family: 'list', category, count }, true);
};

/** Two people, each with a thing: the text, and which of the two things is asked for. */
export function writeOwners(
  { entities }: World,
  random: Random,
): { readonly text: string; readonly owner: string; readonly thing: string; readonly things: readonly string[] } {
  const owners = random.sample(entities.person, 2);
  const things = random.sample(entities.object, 2);
  const asked = random.int(2);
  const text = owners.map((owner, i) => `${owner} has a ${things[i]}.`).join(' ');
  return { text, owner: owners[asked], thing: things[asked], things };
}

export const closedPrompt: PromptWriter = (world, random) => {
  const { text, owner, thing } = writeOwners(world, random);
  const references = [`${owner} has the ${thing}.`];
  return draftPrompt('closedQa', `${text} Who has the ${thing}?`, { family: 'closed', references });
};

/** One sentence with a name, an animal and a place, and one of the three to be found. */
export function writeSighting(
  { entities }: World,
  random: Random,
): { readonly text: string; readonly slot: 'name' | 'animal' | 'place'; readonly answer: string } {
  const parts = {
    name: random.pick(entities.person),
    animal: random.pick(entities.animal),
    place: random.pick(entities.place),
  };
  const slot = random.pick(['name', 'animal', 'place'] as const);
  const text = `${parts.name} saw a ${parts.animal} near the ${parts.place}.`;
  return { text, slot, answer: parts[slot] };
}

export const extractPrompt: PromptWriter = (world, random) => {
  const { text, slot, answer } = writeSighting(world, random);
  const references = [`The ${slot} is ${answer}.`];
  return draftPrompt('extract', `Find the ${slot}: ${text}`, { family: 'extract', references });
};
