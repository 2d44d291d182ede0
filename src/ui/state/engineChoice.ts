/** What a visitor may ask to compute with; `auto` takes WebGPU where a hardware adapter is offered. */
export const ENGINE_CHOICES = ['auto', 'webgpu', 'wasm'] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];
