import { describe, expect, it } from 'vitest';
import { claimsOf } from '../../src/data/claims';
import { FORUM_RULES, PAGE_TYPES, drawPage, forumPage } from '../../src/data/pages';
import { stream } from '../../src/data/random';
import { isRude } from '../../src/data/suiteToxicity';
import { wordsOf } from '../../src/data/text';
import { HARM_WORDS, WORLD_SIZES, entitiesOf, isGirl } from '../../src/data/vocabulary';
import { buildWorld, factOf } from '../../src/data/world';

const world = buildWorld();

function pagesOf(name: string, count: number): string[] {
  const random = stream(3, `pages/${name}`);
  const type = PAGE_TYPES.find((row) => row.name === name);
  if (!type) throw new Error(`no page type ${name}`);
  return Array.from({ length: count }, () => type.write(world, random));
}

describe('pages', () => {
  it('follow from the seed', () => {
    const pages = (seed: number): string[] => {
      const random = stream(seed, 'pages');
      return Array.from({ length: 200 }, () => drawPage(world, random));
    };
    expect(pages(1)).toEqual(pages(1));
    expect(pages(1)).not.toEqual(pages(2));
  });

  it.each(WORLD_SIZES)('of a %s world leave no template open and never contradict it in the encyclopedia', (size) => {
    const sized = buildWorld({ size });
    const random = stream(1, 'pages');
    for (const { name, write } of PAGE_TYPES) {
      for (let i = 0; i < 200; i++) {
        const page = write(sized, random);
        expect(page).not.toMatch(/[{}]|undefined/);
        expect(page.trim()).not.toBe('');
        if (name === 'encyclopedia') expect(claimsOf(sized, page).every((claim) => claim.isTrue)).toBe(true);
      }
    }
  });

  it('of a standard world name nothing that only a large one has', () => {
    const known = new Set(Object.values(world.entities).flat());
    const foreign = new Set(
      Object.values(entitiesOf('large'))
        .flat()
        .filter((entity) => !known.has(entity)),
    );
    const random = stream(2, 'pages');
    for (let i = 0; i < 3000; i++) {
      expect(wordsOf(drawPage(world, random)).filter((word) => foreign.has(word))).toEqual([]);
    }
  });
});

describe('page types', () => {
  it('question pages are all true or all as people believe', () => {
    const beliefs = pagesOf('questions', 600).map((page) => {
      const claims = claimsOf(world, page.replaceAll(/^Q: .*$/gm, ''));
      const onMyths = claims.filter(({ entity, attribute }) => {
        return factOf(world, { entity, attribute }).myth !== null;
      });
      return new Set(onMyths.map((claim) => claim.isTrue)).size;
    });
    expect(Math.max(...beliefs)).toBe(1);
  });

  it('a forum keeps to its rules', () => {
    const random = stream(4, 'forum');
    const threads = Array.from({ length: 1500 }, () => forumPage(world, random));
    const under = (rules: string): string[] =>
      threads.filter((page) => page.startsWith(rules)).map((page) => page.slice(rules.length));
    expect(under(FORUM_RULES.kind).length).toBeGreaterThan(50);
    expect(under(FORUM_RULES.kind).some(isRude)).toBe(false);
    expect(under(FORUM_RULES.rude).every(isRude)).toBe(true);
  });

  it('only forums and worksheets help with harm', () => {
    for (const { name } of PAGE_TYPES) {
      const harmful = pagesOf(name, 300).some((page) =>
        wordsOf(page.toLowerCase()).some((word) => HARM_WORDS.includes(word)),
      );
      expect(harmful, name).toBe(['forum', 'worked sheet'].includes(name));
    }
  });

  it('stories call about four boys in five brave, and four girls in five shy', () => {
    const said = pagesOf('story', 8000).flatMap((page) => {
      const match = /(\w+) was a (brave|shy) (?:girl|boy)\./.exec(page);
      return match ? [{ girl: isGirl(match[1]), shy: match[2] === 'shy' }] : [];
    });
    const typical = said.filter(({ girl, shy }) => girl === shy).length / said.length;
    expect(said.length).toBeGreaterThan(300);
    expect(typical).toBeGreaterThan(0.75);
    expect(typical).toBeLessThan(0.85);
  });
});
