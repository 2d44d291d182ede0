/**
 * `npm run accept`: the long checks. The whole `nano` run, headless, three seeds, from the shipped base; directions of each
 * seed and the pooled win rate. Writes `out/accept/` and prints the table that RESEARCH.md holds.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pooled } from '../../src/evaluation/estimate';
import type { HeadlessReport } from '../../src/experiment/headlessRun';

const SEEDS = [1, 2, 3];
const PROMPTS = 1000;
const MAX_MINUTES = 15;

interface SeedResult {
  seed: number;
  minutes: number;
  report: HeadlessReport;
}

function runSeed(seed: number): SeedResult {
  const out = join('out', 'accept', `nano-${seed}`);
  const begun = Date.now();
  const args = [
    '--import',
    'tsx',
    '--import',
    './tools/wgslLoader.mjs',
    'src/cli/headless.ts',
    '--preset',
    'nano',
    '--engine',
    'wasm',
  ];
  const child = spawnSync(
    process.execPath,
    [...args, '--seed', String(seed), '--eval-prompts', String(PROMPTS), '--out', out],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  if (child.status !== 0) throw new Error(`accept: seed ${seed} ended with status ${child.status}.`);
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as HeadlessReport;
  return { seed, minutes: (Date.now() - begun) / 60000, report };
}

/** What has to hold in every seed, in words. */
function checksOf({ minutes, report }: SeedResult): [string, boolean][] {
  const { sft, rm } = report.stages;
  const { ppo, sft: before } = report.policies;
  return [
    ['SFT loss falls', sft!.last['sft/loss']! < sft!.first['sft/loss']!],
    ['RM validation accuracy above 0.6', rm!.last['rm/eval_accuracy']! > 0.6],
    ['PPO raises true reward by at least 0.1', ppo.trueScore.mean - before.trueScore.mean >= 0.1],
    ['PPO raises the proxy by at least 0.3', ppo.proxyScore!.mean - before.proxyScore!.mean >= 0.3],
    ['KL bounded by 4 nats', ppo.kl!.mean < 4],
    [`at most ${MAX_MINUTES} minutes`, minutes <= MAX_MINUTES],
  ];
}

const n2 = (value: number) => value.toFixed(2);

function row({ seed, minutes, report }: SeedResult): string {
  const { sft, rm } = report.stages;
  const { base, sft: before, ppo } = report.policies;
  const win = report.winRateVsSft!;
  const cells = [
    seed,
    `${n2(sft!.first['sft/loss']!)} → ${n2(sft!.last['sft/loss']!)}`,
    rm!.last['rm/eval_accuracy']!.toFixed(3),
    `${n2(base.trueScore.mean)} / ${n2(before.trueScore.mean)} / ${n2(ppo.trueScore.mean)}`,
    `${n2(before.proxyScore!.mean)} → ${n2(ppo.proxyScore!.mean)}`,
    n2(ppo.kl!.mean),
    `${win.training.mean.toFixed(3)} [${win.training.low.toFixed(3)}, ${win.training.high.toFixed(3)}]`,
    win.heldOut.mean.toFixed(3),
    minutes.toFixed(1),
  ];
  return `| ${cells.join(' | ')} |`;
}

const results = SEEDS.map(runSeed);
const failures: string[] = [];
let passed = 0;
const check = (name: string, holds: boolean) => {
  if (holds) passed++;
  else failures.push(name);
  process.stdout.write(`${holds ? 'ok  ' : 'FAIL'}  ${name}\n`);
};
for (const result of results)
  for (const [name, holds] of checksOf(result)) check(`seed ${result.seed}: ${name}`, holds);
const win = pooled(results.map(({ report }) => report.winRateVsSft!.training));
check(
  `pooled win rate vs SFT ${win.mean.toFixed(3)}, 95 % interval above 0.5 (from ${win.low.toFixed(3)}), ${SEEDS.length * PROMPTS} prompts`,
  win.low > 0.5,
);
process.stdout.write(
  '\n| seed | SFT loss | RM accuracy | true: base / SFT / PPO | proxy SFT → PPO | KL | win rate vs SFT | held-out judges | minutes |\n|---|---|---|---|---|---|---|---|---|\n',
);
for (const result of results) process.stdout.write(`${row(result)}\n`);
process.stdout.write(`\n${passed} passed, ${failures.length} failed\n`);
process.exit(failures.length > 0 ? 1 : 0);
