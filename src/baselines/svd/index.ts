import * as z from 'zod'
import type { ModelDefinition } from '../../models/registry.ts'
import { biasShape, svdShape } from './hyperparameters.ts'
import { SvdModel } from './model.ts'

const svd = z.object({
  ...svdShape({ factors: 50, epochs: 50, learningRate: 0.01, regularisation: 0.07, initialSd: 0.003 }),
  centre: z.enum(['mean', 'none']).default('none').describe('What factors add to: the mean rating, or nothing at all.'),
})
const biasedSvd = z.object({
  ...svdShape({ factors: 100, epochs: 35, learningRate: 0.01, regularisation: 0.06, initialSd: 0.01 }),
  ...biasShape,
})
const svdpp = z.object({
  ...svdShape({ factors: 100, epochs: 50, learningRate: 0.005, regularisation: 0.03, initialSd: 0.008 }),
  ...biasShape,
})

export const svdDefinition: ModelDefinition<typeof svd.shape> = {
  name: 'svd',
  kind: 'baseline',
  summary: 'Matrix factorisation without biases, by stochastic gradient descent.',
  source: 'Funk 2006, "Netflix update: try this at home", all factors at once.',
  hyperparameters: svd,
  create: (options) => new SvdModel({ name: 'svd', biases: false, implicit: false }, options),
}

export const biasedSvdDefinition: ModelDefinition<typeof biasedSvd.shape> = {
  name: 'biased-svd',
  kind: 'baseline',
  summary: 'Matrix factorisation with user and movie biases, by stochastic gradient descent.',
  source: 'Koren, Bell and Volinsky 2009, equations 5 to 8.',
  hyperparameters: biasedSvd,
  create: (options) => new SvdModel({ name: 'biased-svd', biases: true, implicit: false }, options),
}

export const svdppDefinition: ModelDefinition<typeof svdpp.shape> = {
  name: 'svdpp',
  kind: 'baseline',
  summary: 'SVD++: matrix factorisation that also learns from which movies a user has rated at all.',
  source: 'Koren 2008, equations 15 and 16.',
  hyperparameters: svdpp,
  create: (options) => new SvdModel({ name: 'svdpp', biases: true, implicit: true }, options),
}

export const svdDefinitions: readonly ModelDefinition[] = [
  svdDefinition,
  biasedSvdDefinition,
  svdppDefinition,
] as unknown as readonly ModelDefinition[]
