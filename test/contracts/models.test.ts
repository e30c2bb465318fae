import { expect, test } from 'vitest'
import { registerBuiltins } from '../../src/catalogue/builtin.ts'
import { modelDefinitions } from '../../src/models/registry.ts'
import { type ContractOptions, describeRecommender } from './recommender.ts'

const additive = 'it knows no interaction of user and item, and the board has nothing else'

const dislikes = { threshold: 3, dislikes: 'negative' }

const suite: Record<string, ContractOptions> = {
  'embedding-dot': { quick: { epochs: 3 }, checkerboard: {}, chance: { atMost: 1.15 } },
  dnn: {
    quick: { epochs: 3, batch: 64, foldInSteps: 5 },
    checkerboard: { epochs: 40, batch: 32, factors: 8, layers: [16], dropout: 0, l2: 0, learningRate: 0.01 },
    chance: { atMost: 1.1 },
  },
  'explainable-dnn': {
    quick: { factors: 8, layers: [16, 8], epochs: 3, foldInSteps: 5 },
    checkerboard: {
      factors: 8,
      layers: [32, 16],
      epochs: 60,
      batch: 32,
      initSd: 0.3,
      learningRate: 0.01,
      dropout: [0],
      embeddingDropout: 0,
      embeddingL2: 0,
      schedule: 'cosine',
    },
    chance: { atMost: 1.1 },
  },
  autoencoder: {
    quick: { layers: [8, 4, 8], epochs: 3, batch: 16 },
    checkerboard: { layers: [16], epochs: 60, batch: 8, learningRate: 0.01, dropout: 0, withhold: 0.2 },
    chance: { atMost: 1.1 },
  },
  autorec: {
    quick: { hidden: 8, epochs: 3, batch: 16 },
    checkerboard: { hidden: 8, epochs: 60, batch: 4, learningRate: 0.01, dropout: 0 },
    chance: { atMost: 1.1 },
  },
  'stacked-autoencoder': {
    quick: { layers: [8, 4], epochs: 3, pretrainEpochs: 2, batch: 16 },
    checkerboard: { layers: [16, 8], epochs: 60, batch: 8, learningRate: 0.01, dropout: 0, inputDropout: 0.3 },
    chance: { atMost: 1.1 },
  },
  rbm: {
    quick: { hidden: 8, epochs: 3, batch: 16 },
    checkerboard: { hidden: 8, epochs: 60, batch: 8, learningRate: 0.05, initSd: 0.1 },
    chance: { atMost: 1.1 },
  },
  'query-network': {
    quick: { layers: [8, 4], epochs: 3, batch: 64 },
    checkerboard: { layers: [32, 16], epochs: 30, batch: 32, learningRate: 0.01, dropout: 0, l2: 0 },
    chance: { atMost: 1.1 },
  },
  gmf: {
    quick: { factors: 4, epochs: 3, batch: 64, foldInSteps: 5 },
    checkerboard: { ...dislikes, factors: 4, epochs: 60, batch: 32, learningRate: 0.02, l2: 0.01 },
    chance: { atMost: 1 },
  },
  mlp: {
    quick: { layers: [8, 4], epochs: 3, batch: 64, foldInSteps: 5 },
    checkerboard: { ...dislikes, layers: [8, 8, 4], epochs: 60, batch: 32, learningRate: 0.01, l2: 0.01 },
    chance: { atMost: 1 },
  },
  neumf: {
    quick: { factors: 4, layers: [8, 4], epochs: 3, batch: 64, foldInSteps: 5 },
    checkerboard: { ...dislikes, factors: 4, layers: [8, 8, 4], epochs: 60, batch: 32, learningRate: 0.01, l2: 0.01 },
    chance: { atMost: 1 },
  },
  random: { checkerboard: 'it learns nothing', chance: { atMost: 1.5 } },
  popularity: { checkerboard: additive, chance: { atMost: 1 } },
  'item-mean': { checkerboard: additive, chance: { atMost: 1.05 } },
  bias: { checkerboard: additive, chance: { atMost: 1.1 } },
  'user-knn': { checkerboard: { shrinkage: 0 }, chance: { atMost: 1.1 } },
  'item-knn': { checkerboard: { shrinkage: 0 }, chance: { atMost: 1.12 } },
  svd: {
    quick: { factors: 4, epochs: 3 },
    checkerboard: { factors: 4 },
    chance: { set: { factors: 4 }, atMost: 1.2 },
  },
  'biased-svd': { quick: { factors: 4, epochs: 3 }, checkerboard: { factors: 4 }, chance: { atMost: 1.1 } },
  svdpp: { quick: { factors: 4, epochs: 3 }, checkerboard: { factors: 4 }, chance: { atMost: 1.1 } },
  content: { checkerboard: 'the board has no features', chance: { atMost: 1.2 } },
  'joint-mf': {
    quick: { factors: 4, epochs: 3 },
    checkerboard: { factors: 4, epochs: 30, regularisation: 0.1, biasRegularisation: 0.1, contextWeight: 0.01 },
    chance: { set: { factors: 4, epochs: 10 }, atMost: 1.2 },
  },
  'collective-mf': {
    quick: { factors: 4, epochs: 3 },
    checkerboard: { factors: 4, epochs: 30, regularisation: 0.1, biasRegularisation: 0.1, genreWeight: 0.01 },
    chance: { set: { factors: 4, epochs: 10 }, atMost: 1.2 },
  },
  als: {
    quick: { factors: 4, epochs: 3 },
    checkerboard: { factors: 4, epochs: 30, regularisation: 0.1, biasRegularisation: 0.1 },
    chance: { set: { factors: 4, epochs: 10 }, atMost: 1.2 },
  },
  'bayesian-mf': {
    quick: { rank: 3, epochs: 8, burnIn: 2, samples: 4 },
    checkerboard: { rank: 4 },
    chance: { set: { rank: 4, epochs: 40 }, atMost: 1.1 },
  },
  ease: { checkerboard: { lambda: 1, minimumRating: 4 }, chance: { atMost: 1 } },
}

registerBuiltins()
for (const { name } of modelDefinitions()) if (suite[name]) describeRecommender(name, suite[name])

test('every registered model stands in the suite', () => {
  expect(
    modelDefinitions()
      .map(({ name }) => name)
      .filter((name) => !suite[name]),
  ).toEqual([])
})
