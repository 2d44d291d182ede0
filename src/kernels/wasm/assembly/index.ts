export { adamW, sumOfSquares } from './adamW';
export { causalAttention, causalAttentionGrad } from './causalAttention';
export { columnSum, embeddingGrad } from './columnSum';
export { decodeAttention, writeKvCache } from './decodeAttention';
export { gelu, geluGrad } from './gelu';
export { layerNorm, layerNormGrad, layerNormGradParams } from './layerNorm';
export { matMul } from './matMul';
export { sampleStep } from './sampleStep';
export { tokenLogprobs, tokenLogprobsGrad } from './tokenLogprobs';
