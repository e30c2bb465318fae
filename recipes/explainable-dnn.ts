import type { Recipe } from '../src/experiments/recipe.ts'

/**
 * System 3 as its paper states it. Not stated: a validation part for the plateau schedule, biases, L2. Without validation
 * ratings the plateau never acts.
 */
export const specifiedSettings = {
  factors: 128,
  layers: [512, 256, 128, 64],
  dropout: [0.3, 0.2, 0.2, 0.1],
  embeddingDropout: 0,
  attention: true,
  batchNorm: true,
  biases: false,
  l2: 0,
  biasL2: 0,
  embeddingL2: 0,
  initialiser: 'glorot-uniform',
  optimiser: 'adam',
  learningRate: 0.001,
  schedule: 'plateau',
  decay: 0.5,
  decayPatience: 2,
  batch: 64,
  epochs: 10,
} as const

const protocol = {
  dataset: 'ml-latest-small',
  split: { kind: 'time-user', ratio: 0.8 },
  seeds: [1, 2, 3],
  threads: 1,
  metrics: ['rmse', 'mae', 'precision@10', 'recall@10', 'f@10', 'ndcg-linear@10', 'ndcg-exp@10'],
  baseline: 'bias',
} as const

const source = 'Kanyuch, Patel and Sinha, section 5'
const published = [
  { metric: 'rmse', value: 0.9001, source },
  { metric: 'mae', value: 0.687, source },
  { metric: 'precision@10', value: 0.8497, source },
  { metric: 'recall@10', value: 0.6362, source },
  { metric: 'f@10', value: 0.7276, source: `${source}: the harmonic mean of its mean precision and recall` },
  { metric: 'ndcg-linear@10', value: 0.887, source: `${source}: its gain is not stated` },
]

const relevantFrom = (threshold: number) => ({ kind: 'rated', threshold }) as const

/** System 3 on MovieLens latest-small, per-user time split 80/20, over each user's rated test movies. */
export const explainableDnn: readonly Recipe[] = [
  {
    ...protocol,
    name: 'explainable-dnn-specified',
    title: 'explainable-dnn as specified',
    models: [{ model: 'explainable-dnn', hyperparameters: specifiedSettings }, { model: 'bias' }],
    protocol: relevantFrom(3.5),
    published,
    targets: [],
    selection: 'Nothing was chosen: the paper’s settings.',
  },
  {
    ...protocol,
    name: 'explainable-dnn-specified-without-attention',
    title: 'explainable-dnn as specified, without its attention',
    models: [
      { model: 'explainable-dnn', hyperparameters: { ...specifiedSettings, attention: false } },
      { model: 'bias' },
    ],
    protocol: relevantFrom(3.5),
    published,
    targets: [],
    selection: 'Nothing was chosen: the paper’s settings.',
  },
  ...[3, 3.5, 4].map(
    (threshold): Recipe => ({
      ...protocol,
      name: `explainable-dnn-tuned-${threshold}`,
      title: `explainable-dnn with biases and L2, relevant from ${threshold} stars`,
      models: [{ model: 'explainable-dnn' }, { model: 'bias' }],
      protocol: relevantFrom(threshold),
      published,
      targets: [
        { model: 'explainable-dnn', metric: 'rmse', atMost: 0.882 },
        { model: 'explainable-dnn', metric: 'mae', atMost: 0.678 },
      ],
      selection: 'SELECTION',
    }),
  ),
]
