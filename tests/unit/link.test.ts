import { describe, expect, it } from 'vitest';
import { parseLink } from '../../src/ui/state/link';

const ENGINES = ['auto', 'webgpu', 'wasm'];

describe('settings in the address', () => {
  it('reads preset, recipe, engine and any setting', () => {
    const link = parseLink('?preset=nano&recipe=paper&engine=wasm&ppo.klCoef=0&ppo.whitenRewards=true', ENGINES);
    expect(link).toEqual({
      preset: 'nano',
      recipe: 'paper',
      engine: 'wasm',
      overrides: { 'ppo.klCoef': 0, 'ppo.whitenRewards': true },
      warnings: [],
    });
  });

  it('warns about what it does not understand and keeps the rest', () => {
    const link = parseLink('?preset=huge&ppo.klcoef=0&ppo.lambda=2&sft.epochs=3', ENGINES);
    expect(link.overrides).toEqual({ 'sft.epochs': 3 });
    expect(link.preset).toBeNull();
    expect(link.warnings).toHaveLength(3);
    expect(link.warnings.join('\n')).toMatch(/huge[\s\S]*ppo\.klcoef[\s\S]*ppo\.lambda: got 2/);
  });
});
