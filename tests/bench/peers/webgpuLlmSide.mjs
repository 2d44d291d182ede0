/**
 * webgpu-llm: hand-written WGSL for everything. It trains one row at a time, so the rows of the batch follow each other in
 * one, told apart by the mask it has for documents. Asks for shader-f16, timestamps and subgroups of 32, and refuses
 * adapters without.
 */
import { LLMEngine, Model } from 'webgpu-llm/llm';

const ADAM = { lr: 1e-3, beta1: 0.9, beta2: 0.95, adam_eps: 1e-8, weight_decay: 0, grad_clip: 1e9 };

function prepareTrain(task, engine) {
  const { vocabulary, width, layers, heads, context } = task.shape;
  const count = task.rows * context;
  const size = width / heads;
  const model = new Model(engine, {
    d_model: width,
    n_heads: heads,
    n_kv_heads: heads,
    head_dim: size,
    kv_dim: width,
    n_layers: layers,
    d_ff_mult: 4,
    d_ff: 4 * width,
    activation: 'gelu',
    vocab_size: vocabulary,
    seq_len: count,
    rope_theta: 10000,
    norm_eps: 1e-5,
  });
  model.allocate();
  model.allocActivations();
  model.allocBackward();
  const ids = Uint32Array.from(task.ids);
  const targets = Uint32Array.from(task.targets);
  const documents = Uint32Array.from({ length: count }, (_, i) => i - (i % context));
  let newest = null;
  return {
    async work() {
      newest = await model.forwardLoss(ids, targets, documents);
      await model.backward(ids, false);
      await model.step(ADAM);
    },
    async result() {
      await engine.device.queue.onSubmittedWorkDone();
      return newest === null ? [] : [newest];
    },
    dispose: () => model.destroy(),
  };
}

export async function startSide() {
  const engine = await new LLMEngine().init();
  return {
    info: {
      adapter: 'webgpu-llm webgpu',
      isSoftware: false,
      differs: 'rotary positions, root-mean-square norms, no biases',
    },
    async prepare(task) {
      if (task.kind === 'train') return prepareTrain(task, engine);
      const skipped = new Error('it decodes one row at a time; it has no such workload');
      skipped.name = 'SkippedError';
      throw skipped;
    },
  };
}
