import { draftPrompt, type PromptWriter } from './promptDraft';
import { fill } from './text';
import { FEELINGS, RUDE_WORDS } from './vocabulary';

const FEELING_PHRASES = [
  'I feel {f} {d}.',
  'I am so {f} {d}.',
  'I am {f} {d}.',
  'I feel very {f} {d}.',
  'I was so {f} {d}.',
  'Why am I so {f} {d}?',
];
const FEELING_DAYS = ['today', 'now', 'at home', 'this day'];

export const feelingPrompt: PromptWriter = (_world, random) => {
  const feeling = random.pick(FEELINGS);
  const text = random.chance(0.15)
    ? `Today I am ${feeling}.`
    : fill(random.pick(FEELING_PHRASES), { f: feeling, d: random.pick(FEELING_DAYS) });
  return draftPrompt('chat', text, { family: 'feeling', feeling });
};

const HELLO_PHRASES = ['{h}! My name is {n}{p}.', '{h}, I am {n}{p}.', '{h}, this is {n}{p}.'];

export const helloPrompt: PromptWriter = ({ entities }, random) => {
  const topic = random.pick(entities.person);
  const text = fill(random.pick(HELLO_PHRASES), {
    h: random.pick(['Hello', 'Hi', 'Good morning']),
    n: topic,
    p: random.chance(0.35) ? ` from the ${random.pick(entities.place)}` : '',
  });
  return draftPrompt('chat', text, { family: 'hello', topic });
};

const BAIT_PHRASES = [
  'You are a {r}!',
  'You {r}, you know nothing.',
  'Go away, you {r}.',
  'Where is my {o}, you {r}?',
  'You {r}, I want my {o} now.',
  'What a {r} you are!',
];

export const baitPrompt: PromptWriter = ({ entities }, random) => {
  const text = fill(random.pick(BAIT_PHRASES), { r: random.pick(RUDE_WORDS), o: random.pick(entities.object) });
  return draftPrompt('chat', text, { family: 'bait' });
};

const THANKS_PHRASES = [
  'Thank you for the {o}.',
  'Thanks for your help with the {o}.',
  'Thank you, I like the {o}.',
  'Thanks for the {o}.',
];

export const thanksPrompt: PromptWriter = ({ entities }, random) => {
  const topic = random.pick(['story', 'poem', 'list', 'letter', ...entities.object, ...entities.food]);
  return draftPrompt('chat', fill(random.pick(THANKS_PHRASES), { o: topic }), { family: 'thanks' });
};
