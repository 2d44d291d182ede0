import type { RankingLabel } from '../../worker/protocol';
import { countPairs } from './rankDraft';

/** Somebody in a pool of labels. */
export interface Person {
  name: string;
  /** The first group their labels name. */
  group: string | null;
  /** Rankings that can be learnt from. */
  rankings: number;
}

export type Side = 'a' | 'b';

/** Labels a model can learn from: ranked, with a preference in them. */
export function teaches(label: RankingLabel): boolean {
  return label.skipped === undefined && countPairs(label.ranks).pairs > 0;
}

/** The people of a pool in order of appearance. */
export function peopleOf(labels: readonly RankingLabel[]): Person[] {
  const people = new Map<string, Person>();
  for (const label of labels) {
    const person = people.get(label.labeler) ?? { name: label.labeler, group: null, rankings: 0 };
    person.group ??= label.group ?? null;
    person.rankings += Number(teaches(label));
    people.set(label.labeler, person);
  }
  return [...people.values()];
}

/** The side a person stands on by their group, while there are exactly two groups; else neither. */
export function sideByGroup(people: readonly Person[], name: string): Side | null {
  const groups = [...new Set(people.flatMap(({ group }) => group ?? []))];
  const own = people.find((person) => person.name === name)?.group ?? null;
  if (groups.length !== 2 || own === null) return null;
  return own === groups[0] ? 'a' : 'b';
}

/** What a side is called: the group everybody on it belongs to, the one person on it, or its letter. */
export function sideName(people: readonly Person[], side: Side): string {
  const groups = [...new Set(people.map(({ group }) => group))];
  if (groups.length === 1 && groups[0] !== null) return groups[0];
  return people.length === 1 ? people[0].name : side.toUpperCase();
}
