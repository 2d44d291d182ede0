/**
 * GenAI NanoGPT, the nearest neighbour: TensorFlow.js with a patched backend and fused operations of its own. The workload's
 * sizes in its own architecture (root-mean-square norms without gains, no biases), its own trainer's step.
 */
const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, warmupSteps: 0 };

/** The package was built for browsers; in Node it takes itself for a worker of one if there is such a class. */
function lookLikeAWorker() {
  if (typeof window === 'undefined') globalThis.WorkerGlobalScope ??= class WorkerGlobalScope {};
}

async function loadPackage() {
  lookLikeAWorker();
  const { selectBackend } = await import('./node_modules/@genai-fi/nanogpt/dist/backend.js');
  const { default: createModelInstance } = await import('./node_modules/@genai-fi/nanogpt/dist/models/factory.js');
  const { default: BasicTrainer } = await import('./node_modules/@genai-fi/nanogpt/dist/training/BasicTrainer.js');
  // All copies of TensorFlow.js share the engine that the first one made, which has to be the package's.
  const tf = await import('@tensorflow/tfjs-core');
  return { selectBackend, createModelInstance, BasicTrainer, tf };
}

function prepareTrain(task, { createModelInstance, BasicTrainer, tf }) {
  const { vocabulary, width, layers, heads, context } = task.shape;
  const model = createModelInstance({
    modelType: 'GenAI_NanoGPT_v1',
    vocabSize: vocabulary,
    blockSize: context,
    nLayer: layers,
    nHead: heads,
    nEmbed: width,
    mlpFactor: 4,
    useRope: false,
  });
  const trainer = new BasicTrainer(model, null, ADAM);
  const size = [task.rows, context];
  const xs = tf.tensor2d(task.ids, size, 'int32');
  const ys = tf.tensor2d(task.targets, size, 'int32');
  let newest = null;
  return {
    work() {
      newest?.dispose();
      newest = trainer.trainStep({}, { xs, ys });
    },
    result: async () => (newest ? Array.from(await newest.data()) : []),
    dispose() {
      newest?.dispose();
      trainer.dispose();
      model.dispose();
      tf.dispose([xs, ys]);
    },
  };
}

export async function startSide(engine) {
  const library = await loadPackage();
  await library.selectBackend(engine);
  const started = library.tf.getBackend();
  if (started !== engine) throw new Error(`nanogpt started ${started} instead of ${engine}.`);
  return {
    info: {
      adapter: `nanogpt ${engine}`,
      isSoftware: false,
      differs: 'root-mean-square norms without gains, no biases',
    },
    async prepare(task) {
      if (task.kind === 'train') return prepareTrain(task, library);
      const skipped = new Error('it trains and answers one prompt at a time; it has no such workload');
      skipped.name = 'SkippedError';
      throw skipped;
    },
  };
}
