import { expect, test } from 'vitest'
import { registerBuiltins } from '../../src/catalogue/builtin.ts'
import { modelDefinitions } from '../../src/models/registry.ts'
import { type ContractOptions, describeRecommender } from './recommender.ts'

const additive = 'it knows no interaction of user and item, and the board has nothing else'

const suite: Record<string, ContractOptions> = {
  'embedding-dot': { quick: { epochs: 3 }, checkerboard: {}, chance: { atMost: 1.15 } },
  dnn: {
    quick: { epochs: 3, batch: 64, foldInSteps: 5 },
    checkerboard: { epochs: 40, batch: 32, factors: 8, layers: [16], dropout: 0, l2: 0, learningRate: 0.01 },
    chance: { atMost: 1.1 },
  },
  random: { checkerboard: 'it learns nothing', chance: { atMost: 1.5 } },
  popularity: { checkerboard: additive, chance: { atMost: 1 } },
  'item-mean': { checkerboard: additive, chance: { atMost: 1.05 } },
  bias: { checkerboard: additive, chance: { atMost: 1.1 } },
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
