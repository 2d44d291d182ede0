/**
 * The GPU passes of causal attention, one way for each kind of adapter: a thread per query or key, or, on a simulated GPU
 * whose subgroups are four lanes wide, tiles of 16 x 16 whose lanes share what they read.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import laneFunctions from '../../shaders/attentionLanes.wgsl?raw';
import gradKeyValueSource from '../../shaders/causalAttentionGradKeyValue.wgsl?raw';
import gradKeyValueLanesSource from '../../shaders/causalAttentionGradKeyValueLanes.wgsl?raw';
import gradQuerySource from '../../shaders/causalAttentionGradQuery.wgsl?raw';
import gradQueryLanesSource from '../../shaders/causalAttentionGradQueryLanes.wgsl?raw';
import source from '../../shaders/causalAttention.wgsl?raw';
import lanesSource from '../../shaders/causalAttentionLanes.wgsl?raw';
import { adapterTraits } from './adapter';
import { f32, linearGroups, u32, type ProgramCall } from './dispatch';

const WORKGROUP = 64;
/** Queries or keys of a subgroup. */
const TILE = 16;

export interface AttentionSizes {
  batch: number;
  length: number;
  /** Channels of q, of k and of v. */
  width: number;
  heads: number;
  /** What scores are multiplied with. */
  scale: number;
}

/** A pass over all queries or all keys of all heads. */
function pass(
  name: string,
  [alone, lanes]: [alone: string, lanes: string],
  bindings: TensorInfo[],
  { batch, length, width, heads, scale }: AttentionSizes,
): ProgramCall {
  const quads = width / heads / 4;
  if (adapterTraits.isSoftware && adapterTraits.hasLanesOfFour) {
    const tiles = batch * heads * Math.ceil(length / TILE);
    return {
      file: `shaders/${name}Lanes.wgsl`,
      source: `${lanes}\n${laneFunctions}`,
      usesSubgroups: true,
      bindings,
      uniforms: [
        u32('length', length),
        u32('tiles', tiles),
        u32('heads', heads),
        u32('quads', quads),
        f32('scale', scale),
      ],
      workgroups: linearGroups(tiles, 1),
    };
  }
  const threads = batch * heads * length;
  return {
    file: `shaders/${name}.wgsl`,
    source: alone,
    constants: { HEADS: heads, QUADS: quads, WORKGROUP },
    bindings,
    uniforms: [u32('length', length), u32('threads', threads), f32('scale', scale)],
    workgroups: linearGroups(threads, WORKGROUP),
  };
}

/** @param bindings out, logSumExp, qkv, mask */
export function forwardPass(bindings: TensorInfo[], sizes: AttentionSizes): ProgramCall {
  return pass('causalAttention', [source, lanesSource], bindings, sizes);
}

/**
 * @param query bindings: dqkv, delta, dout, qkv, mask, out, logSumExp
 * @param keyValue bindings: dqkv, delta, dout, qkv, mask, logSumExp
 */
export function gradientPasses(query: TensorInfo[], keyValue: TensorInfo[], sizes: AttentionSizes): ProgramCall[] {
  return [
    pass('causalAttentionGradQuery', [gradQuerySource, gradQueryLanesSource], query, sizes),
    pass('causalAttentionGradKeyValue', [gradKeyValueSource, gradKeyValueLanesSource], keyValue, sizes),
  ];
}
