import { expect, test } from 'vitest';
import { buildReport } from '../../src/experiment/report/build';
import { renderMarkdown } from '../../src/experiment/report/markdown';
import { drawFigure } from '../../src/experiment/report/svgPlot';
import { linearTicks, logTicks, tickLabel } from '../../src/experiment/report/ticks';
import type { ExperimentReport, ReportAbout } from '../../src/experiment/report/types';
import { collected } from '../support/experimentResults';

const about: ReportAbout = {
  ...{ command: 'npm run experiment -- --out x', engine: 'wasm, processor', world: 'abc', date: '2026-01-01' },
  ...{ asked: { 'core tables': 'nano x 2 seeds' }, jobs: { done: 3, failed: [], missing: ['nano-s1-x'] }, hours: 1.25 },
};

const full = buildReport(collected(), ['nano'], about);
const verdicts = (report: ExperimentReport) =>
  Object.fromEntries(report.findings.map(({ id, verdict }) => [id, verdict]));

test('results in the order of the paper reproduce its findings', () => {
  expect(verdicts(full)).toEqual({
    'nano-order': 'reproduced',
    'nano-held-out': 'reproduced',
    'nano-likert': 'reproduced',
    'nano-public-tasks': 'reproduced',
    'nano-best-of-4': 'reproduced',
    'nano-instructions': 'reproduced',
    'nano-hallucination': 'reproduced',
    'nano-rudeness': 'reproduced',
    'nano-truth': 'reproduced',
    'nano-decline': 'reproduced',
    'nano-toxicity': 'reproduced',
    'nano-bias': 'reproduced',
    'nano-tax': 'reproduced',
    'nano-tax-ptx': 'reproduced',
    beta: 'reproduced',
    'beta-tax': 'reproduced',
    goodhart: 'reproduced',
    'best-of-n': 'reproduced',
    'sft-epochs': 'reproduced',
    'cross-validation': 'reproduced',
    comparisons: 'reproduced',
    iterate: 'reproduced',
  });
});

test('a finding says by how much: its parts are differences with units and intervals', () => {
  const { parts } = full.findings.find(({ id }) => id === 'nano-order')!;
  expect(parts.map(({ what }) => what)).toContain('PPO over SFT, win rate − ½');
  const [prompted] = parts;
  expect(prompted.estimate.mean).toBeCloseTo(0.25, 10);
  expect(prompted.estimate).toMatchObject({ n: 80, seeds: 2 });
});

test('what was not run is called so and leaves no empty table or figure', () => {
  const core = buildReport(
    collected(({ tier }) => tier === 'core'),
    ['nano'],
    about,
  );
  const left = verdicts(core);
  expect(left['nano-order']).toBe('reproduced');
  for (const id of ['beta', 'goodhart', 'sft-epochs', 'cross-validation', 'comparisons', 'iterate'])
    expect(left[id], id).toBe('not run');
  expect(core.tables.every(({ rows }) => rows.length > 0)).toBe(true);
  expect(core.figures.map(({ id }) => id)).toEqual(['win-rate-nano']);
  const nothing = buildReport(
    collected(() => false),
    ['nano'],
    about,
  );
  expect(new Set(Object.values(verdicts(nothing)))).toEqual(new Set(['not run']));
  expect([nothing.tables, nothing.figures]).toEqual([[], []]);
});

test('the Markdown holds every finding and table beside the paper, and no hole', () => {
  const text = renderMarkdown(full, (id) => `figures/${id}.svg`);
  for (const { claim } of full.findings) expect(text).toContain(claim);
  for (const { title } of full.tables) expect(text).toContain(`### ${title}`);
  for (const { id } of full.figures) expect(text).toContain(`(figures/${id}.svg)`);
  expect(text).toContain('.52 / .55 / .65; .734 ± .02 printed');
  expect(text).toContain('not run: nano-s1-x');
  expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
  const tables = text.split('\n').filter((line) => line.startsWith('|'));
  for (const table of full.tables) {
    const header = tables.indexOf(`| ${table.columns.join(' | ')} |`);
    const width = table.columns.length + 1;
    for (let row = 0; row <= table.rows.length; row++)
      expect(tables[header + 1 + row].split(/(?<!\\)\|/)).toHaveLength(width + 1);
  }
});

test('the report survives JSON', () => {
  expect(JSON.parse(JSON.stringify(full))).toEqual(full);
});

test('every figure is one well-formed SVG that explains itself', () => {
  expect(full.figures.map(({ id }) => id)).toEqual([
    'win-rate-nano',
    'over-optimisation',
    'beta',
    'comparisons',
    'sft-epochs',
    'rounds',
  ]);
  for (const figure of full.figures) {
    const svg = drawFigure(figure);
    expect(svg, figure.id).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg).toContain('role="img"');
    expect(svg).toContain(`<title id="figure-${figure.id}-title">`);
    for (const { series } of figure.panels) for (const { name } of series) expect(svg).toContain(`>${name}</text>`);
    // Every element that is opened is closed.
    const open = (svg.match(/<[a-z]+(\s[^>]*)?>/g) ?? []).filter((tag) => !tag.endsWith('/>'));
    const closed = svg.match(/<\/[a-z]+>/g) ?? [];
    expect(open.length, figure.id).toBe(closed.length);
  }
});

test('text in a figure cannot become markup', () => {
  const [figure] = full.figures;
  const svg = drawFigure({ ...figure, title: 'a < b & c' });
  expect(svg).toContain('a &lt; b &amp; c');
});

test('ticks are round numbers inside the range', () => {
  expect(linearTicks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(linearTicks(-0.93, 1.06)).toEqual([-0.5, 0, 0.5, 1]);
  expect(linearTicks(0.1, 0.4)).toEqual([0.1, 0.2, 0.3, 0.4]);
  expect(logTicks(100, 20_000)).toEqual([100, 300, 1000, 3000, 10_000]);
  expect(logTicks(10, 14).length).toBeGreaterThan(1);
  expect([tickLabel(-0.5), tickLabel(30_000), tickLabel(1500)]).toEqual(['−0.5', '30k', '1500']);
});
