/**
 * The words of the mini-world. Nouns start with a consonant (so "a" is always right), foods are mass nouns
 * (so no plural is needed), and every place works after "near the".
 */
const words = (list: string): readonly string[] => list.split(' ');

/** Tables of the standard world. The large world has these and more, see {@link entitiesOf}. */
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

/** Words that only help with harm use; nothing else in the world needs them. */
export const HARM_WORDS = words('hit push kick throw sneak grab hate');

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

/** How many things a world holds. Values of attributes are the same in both, so a large world has no new kinds of fact. */
export const WORLD_SIZES = ['standard', 'large'] as const;
export type WorldSize = (typeof WORLD_SIZES)[number];

const MORE_GIRLS = words('Ella Ruby Tess Vera Dora Cleo Gwen Hana');
const MORE_BOYS = words('Hugo Jack Luke Noah Otto Paul Rob Theo');

const STANDARD_ENTITIES: Readonly<Record<Kind, readonly string[]>> = {
  animal: ANIMALS,
  person: PEOPLE,
  food: FOODS,
  place: PLACES,
  object: OBJECTS,
};

const LARGE_ENTITIES: Readonly<Record<Kind, readonly string[]>> = {
  animal: [
    ...ANIMALS,
    ...words('deer tiger panda camel monkey donkey badger beaver hamster kitten'),
    ...words('lamb parrot penguin pony puppy rat seal shark squirrel whale'),
  ],
  person: [...PEOPLE, ...MORE_GIRLS.flatMap((girl, i) => [girl, MORE_BOYS[i]])],
  food: [...FOODS, ...words('porridge yogurt chocolate popcorn ketchup lemonade juice pudding gravy pizza ham jelly')],
  place: [...PLACES, ...words('meadow valley village harbor castle bridge mountain market station school')],
  object: [
    ...OBJECTS,
    ...words(
      'basket bell blanket bottle brush candle coat ladder mirror pencil pillow wagon guitar whistle wheel window',
    ),
  ],
};

/** The entities of each kind; a fact is about exactly one entity. */
export function entitiesOf(size: WorldSize): Readonly<Record<Kind, readonly string[]>> {
  return size === 'large' ? LARGE_ENTITIES : STANDARD_ENTITIES;
}

/** Adjectives of stories. */
export function adjectivesOf(size: WorldSize): readonly string[] {
  return size === 'large' ? [...SIZES, ...words('tiny quick quiet clever gentle funny')] : SIZES;
}

const KIND_OF = new Map<string, Kind>();
for (const [kind, entities] of Object.entries(LARGE_ENTITIES) as [Kind, readonly string[]][]) {
  for (const entity of entities) KIND_OF.set(entity, kind);
}

/** What kind of thing a word names, in a world of any size; undefined when it names none. */
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

export function isGirl(person: string): boolean {
  return GIRLS.includes(person) || MORE_GIRLS.includes(person);
}

/** Sentence-initial pronoun: "She" or "He" for people, "It" for everything else. */
export function pronounOf(entity: string): 'She' | 'He' | 'It' {
  if (kindOf(entity) !== 'person') return 'It';
  return isGirl(entity) ? 'She' : 'He';
}
