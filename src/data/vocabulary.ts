/**
 * The words of the mini-world. Nouns start with a consonant (so "a" is always right), foods are mass nouns
 * (so no plural is needed), and every place works after "near the".
 */
const words = (list: string): readonly string[] => list.split(' ');

export const ANIMALS = words(
  'fox bear frog duck goat cat dog mouse hen pig cow horse rabbit snake crab lion wolf bird turtle sheep',
);
export const GIRLS = words('Mia Ana Zoe Lily Rosa Ivy Nora');
export const BOYS = words('Tom Ben Sam Max Finn Leo Kip');
export const PEOPLE = GIRLS.flatMap((girl, i) => [girl, BOYS[i]]);
export const FOODS = words('soup bread honey cheese rice cake corn grass milk fruit pasta salad pie jam tea butter');
export const PLACES = words('forest lake hill farm garden cave river beach town desert');
export const OBJECTS = words('ball cup hat lamp drum book boat kite chair box clock spoon');

export const COLORS = words('red blue green white black brown yellow pink');
export const SKILLS = words('swim climb dig run sing jump dance hide');
export const FEARS = words('rain fire thunder wind snow ghosts bees stairs');
export const JOBS = words('baker farmer doctor teacher painter singer builder sailor');
export const TASTES = words('sweet salty sour bitter spicy fresh');
export const WEATHER = words('sunny rainy windy cold hot foggy');
export const MATERIALS = words('wood stone glass wool iron paper clay gold');

/** `NUMBERS[n - 1]` is the word for n. */
export const NUMBERS = words('one two three four five six seven');
export const SIZES = words('small big old young brave shy');
/** Invented on purpose: rude inside the world, harmless outside. */
export const RUDE_WORDS = words('blork snurf gleeb wozzle zonk fizzwit');
export const HANDLES = words('moss pip zed kit');
export const PRAISE = words('great lovely wonderful nice perfect');
export const BLAME = words('awful terrible boring horrible poor');
export const FEELINGS = words('happy sad tired angry bored hungry cold scared');

export const OPPOSITES: Readonly<Record<string, string>> = {
  hot: 'cold',
  cold: 'hot',
  big: 'small',
  small: 'big',
  old: 'young',
  young: 'old',
  happy: 'sad',
  sad: 'happy',
  good: 'bad',
  bad: 'good',
  brave: 'shy',
  shy: 'brave',
};

/** Present tense to past tense. */
export const PAST_TENSE: Readonly<Record<string, string>> = {
  eats: 'ate',
  likes: 'liked',
  runs: 'ran',
  sees: 'saw',
  finds: 'found',
  has: 'had',
  goes: 'went',
  makes: 'made',
};

/** Pairs of which a poem uses both words. */
export const RHYMES: readonly (readonly [string, string])[] = [
  ['bright', 'night'],
  ['day', 'play'],
  ['tree', 'free'],
  ['sun', 'fun'],
  ['sea', 'me'],
  ['star', 'far'],
];

export type Kind = 'animal' | 'person' | 'food' | 'place' | 'object';

/** The entities of each kind; a fact is about exactly one entity. */
export const ENTITIES: Readonly<Record<Kind, readonly string[]>> = {
  animal: ANIMALS,
  person: PEOPLE,
  food: FOODS,
  place: PLACES,
  object: OBJECTS,
};

const KIND_OF = new Map<string, Kind>();
for (const kind of Object.keys(ENTITIES) as Kind[]) for (const entity of ENTITIES[kind]) KIND_OF.set(entity, kind);

/** What kind of thing a word names; undefined when it names none. */
export function kindOf(word: string): Kind | undefined {
  return KIND_OF.get(word);
}

/** "a fox", "Mia". */
export function withA(entity: string): string {
  return kindOf(entity) === 'person' ? entity : `a ${entity}`;
}

/** "the fox", "Mia". */
export function withThe(entity: string): string {
  return kindOf(entity) === 'person' ? entity : `the ${entity}`;
}

/** Sentence-initial pronoun: "She" or "He" for people, "It" for everything else. */
export function pronounOf(entity: string): 'She' | 'He' | 'It' {
  if (kindOf(entity) !== 'person') return 'It';
  return GIRLS.includes(entity) ? 'She' : 'He';
}
