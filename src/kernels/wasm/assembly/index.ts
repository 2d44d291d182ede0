export { causalAttention, causalAttentionGrad } from './causalAttention';
export { gelu, geluGrad } from './gelu';
export { matMul } from './matMul';
export { tokenLogprobs, tokenLogprobsGrad } from './tokenLogprobs';
