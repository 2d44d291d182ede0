/** Sizes of a GPT-2 and what follows from them; plain numbers, for those who need no tensors. */

export interface GptShape {
  layers: number;
  /** C */
  width: number;
  /** H */
  heads: number;
  /** Longest row. */
  context: number;
  /** V */
  vocabulary: number;
}

/** Names and shapes of all parameters of the language model, in Hugging Face's order. */
export function parameterShapes(shape: GptShape): [name: string, shape: number[]][] {
  const c = shape.width;
  const block = (i: number): [string, number[]][] => {
    const at = `transformer.h.${i}`;
    return [
      [`${at}.ln_1.weight`, [c]],
      [`${at}.ln_1.bias`, [c]],
      [`${at}.attn.c_attn.weight`, [c, 3 * c]],
      [`${at}.attn.c_attn.bias`, [3 * c]],
      [`${at}.attn.c_proj.weight`, [c, c]],
      [`${at}.attn.c_proj.bias`, [c]],
      [`${at}.ln_2.weight`, [c]],
      [`${at}.ln_2.bias`, [c]],
      [`${at}.mlp.c_fc.weight`, [c, 4 * c]],
      [`${at}.mlp.c_fc.bias`, [4 * c]],
      [`${at}.mlp.c_proj.weight`, [4 * c, c]],
      [`${at}.mlp.c_proj.bias`, [c]],
    ];
  };
  return [
    ['transformer.wte.weight', [shape.vocabulary, c]],
    ['transformer.wpe.weight', [shape.context, c]],
    ...Array.from({ length: shape.layers }, (_, i) => block(i)).flat(),
    ['transformer.ln_f.weight', [c]],
    ['transformer.ln_f.bias', [c]],
  ];
}
