import { wordsOf } from './text';
import { statement, type World } from './world';

/** Entities named in a text, in order of appearance, and how many of them are looked up. */
const MOST_ENTITIES = 6;

/**
 * What is so in this world about the entities a text names, as sentences: the reference book beside a labeler's desk.
 * @returns facts by entity, in the order in which the text names them; empty when it names none
 */
export function factsAbout(world: World, text: string): { entity: string; facts: string[] }[] {
  const known = new Set(world.facts.map((fact) => fact.entity));
  const entities = [...new Set(wordsOf(text))].filter((word) => known.has(word)).slice(0, MOST_ENTITIES);
  return entities.map((entity) => ({
    entity,
    facts: world.facts.filter((fact) => fact.entity === entity).map((fact) => statement(world, fact)),
  }));
}
