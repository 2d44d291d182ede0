import { describe, expect, it } from 'vitest';
import { SETTING_KEYS, settingRow } from '../../src/config/config';
import { emptyLink, readLink, writeLink, type LinkState } from '../../src/ui/state/link';
import { LINK_VERSION, migrateLink } from '../../src/ui/state/linkMigrations';
import { pack, unpack } from '../../src/ui/state/linkPacking';

const asked = (query: string): LinkState => {
  const { warnings: _warnings, changes: _changes, ...state } = readLink(query);
  return state;
};

describe('settings in the address', () => {
  it('reads preset, recipe, engine, language and any setting', () => {
    const query = '?preset=nano&recipe=paper&engine=wasm&lang=de&ppo.klCoef=0&ppo.whitenRewards=true';
    expect(asked(query)).toEqual({
      ...emptyLink(),
      preset: 'nano',
      recipe: 'paper',
      engine: 'wasm',
      language: 'de',
      overrides: { 'ppo.klCoef': 0, 'ppo.whitenRewards': true },
    });
    expect(readLink(query).warnings).toEqual([]);
  });

  it('warns about what it does not understand and keeps the rest', () => {
    const link = readLink('?preset=huge&ppo.klcoef=0&ppo.lambda=2&sft.epochs=3&hide=board,chart');
    expect(link.overrides).toEqual({ 'sft.epochs': 3 });
    expect(link.preset).toBeNull();
    expect(link.hidden).toEqual(['board']);
    expect(link.warnings).toHaveLength(4);
    expect(link.warnings.join('\n')).toMatch(/huge[\s\S]*ppo\.klcoef[\s\S]*ppo\.lambda: got 2[\s\S]*hide: got "chart"/);
  });

  it('comes back as it was written, packed or not', () => {
    const few: LinkState = {
      ...emptyLink(),
      preset: 'small',
      overrides: { 'ppo.klCoef': 0.02, 'run.seed': 7 },
      hidden: ['footer', 'ppo.lambda'],
      shown: ['ppo.klCoef'],
      lesson: { id: 'leash', at: 2 },
      isProjector: true,
      isEmbedded: true,
    };
    expect(writeLink(few, LINK_VERSION)).toContain('ppo.klCoef=0.02');
    expect(asked(writeLink(few, LINK_VERSION))).toEqual(few);

    const overrides = Object.fromEntries(
      SETTING_KEYS.flatMap((key) => {
        const row = settingRow(key);
        return row.kind === 'number' ? [[key, row.usual[1]]] : [];
      }),
    );
    const many: LinkState = { ...emptyLink(), preset: 'nano', overrides };
    const query = writeLink(many, LINK_VERSION);
    expect(query).toMatch(/^z=[\w-]+$/);
    expect(query.length).toBeLessThan(1000);
    expect(asked(query)).toEqual(many);
  });

  it.each([
    ['preset=%E2%80%AEonan', 'preset: got "⟨U+202E⟩onan"; expected one of nano, small, medium.'],
    [`lang=${'x'.repeat(3000)}`, /^lang: got "x{59}…; expected one of en, de\.$/],
    ['preset=nano&preset=small', 'preset: given more than once; the last one counts.'],
    ['lesson=%3Cscript%3E', 'lesson: got "<script>"; expected the name of a lesson.'],
    ['lesson=leash&at=1e999', 'at: got "1e999"; expected a step from 0 to 99.'],
    ['embed=perhaps', /^embed: got "perhaps"/],
    ['__proto__=1', /^__proto__: no such setting; expected one of run/],
    [`${'k'.repeat(300)}=1`, `${'k'.repeat(40)}…: no such setting;`],
  ])('answers %s in one short line that can be seen', (query, line) => {
    const { warnings } = readLink(query);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(line);
  });

  it('reads nothing of an address that is too long, and no more than its first words', () => {
    expect(readLink(`preset=nano&x=${'y'.repeat(20_000)}`)).toMatchObject({
      preset: null,
      warnings: [expect.stringContaining('expected at most')],
    });
    const many = Array.from({ length: 250 }, (_, i) => `w${i}=1`).join('&');
    expect(readLink(`${many}&preset=nano`)).toMatchObject({ preset: null });
    expect(readLink(many).warnings).toHaveLength(201);
  });

  it('says that a packed part is damaged, whatever was done to it', () => {
    const packed = pack('preset=nano&ppo.klCoef=0');
    expect(unpack(packed)).toBe('preset=nano&ppo.klCoef=0');
    for (const damaged of ['%%%', '', packed.slice(4), packed.slice(0, -6), pack('x'.repeat(30_000))])
      expect(readLink(`?z=${encodeURIComponent(damaged)}`).warnings, damaged.slice(0, 20)).toEqual([
        'z: the packed part of this link is damaged; ask for the whole link again.',
      ]);
  });
});

describe('links of older versions', () => {
  const rows = [
    { until: 0, from: 'ppo.beta', to: 'ppo.klCoef' },
    { until: 1, from: 'recipe=mild', to: 'recipe=proven' },
    { until: 1, from: 'rm.gone', to: null },
  ];

  it('are brought up to date, and every change is said', () => {
    const entries: [string, string][] = [
      ['ppo.beta', '0.1'],
      ['recipe', 'mild'],
      ['rm.gone', '3'],
      ['sft.epochs', '2'],
    ];
    const { current, changes } = migrateLink(entries, rows, 2);
    expect(current).toEqual([
      ['ppo.klCoef', '0.1'],
      ['recipe', 'proven'],
      ['sft.epochs', '2'],
    ]);
    expect(changes).toEqual(['ppo.beta=0.1 → ppo.klCoef=0.1', 'recipe=mild → recipe=proven', 'rm.gone is gone']);
  });

  it('keep what their version already had', () => {
    const { current, changes } = migrateLink(
      [
        ['v', '1'],
        ['ppo.beta', '0.1'],
        ['recipe', 'paper'],
      ],
      rows,
      2,
    );
    expect(current).toEqual([
      ['ppo.beta', '0.1'],
      ['recipe', 'paper'],
    ]);
    expect(changes).toEqual([]);
  });

  it('of a newer version and of none are told apart', () => {
    expect(migrateLink([['v', '9']], rows, 2).warnings[0]).toContain('newer version (9)');
    expect(migrateLink([['v', 'x']], rows, 2).warnings[0]).toContain('got "x"');
  });
});
