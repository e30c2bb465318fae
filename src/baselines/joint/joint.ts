import * as z from 'zod'
import type { ItemTable } from '../../data/dataset.ts'
import type { Interactions } from '../../data/interactions.ts'
import type { Abilities } from '../../models/recommender.ts'
import type { ModelDefinition } from '../../models/registry.ts'
import { genresOf } from '../content/features.ts'
import { explicitHyperparameters } from '../factors/explicit-hyperparameters.ts'
import { ExplicitModel } from '../factors/explicit-model.ts'
import type { NormalEquations } from '../linear-algebra/normal-equations.ts'
import { genreGraph, type ItemGraph } from './neighbours.ts'

const hyperparameters = z.object({
  ...explicitHyperparameters,
  neighbours: z
    .number()
    .int()
    .min(1)
    .default(10)
    .describe('How many items of the most similar genres each item is tied to.'),
  contextWeight: z
    .number()
    .min(0)
    .default(0.3)
    .describe('How strongly tied items are drawn together, beside a rating.'),
})

/**
 * Matrix factorisation with genre similarity as context: beside fitting the ratings, items of similar genres are drawn
 * together, contextWeight * similarity * |(b_i, q_i) - (b_j, q_j)|^2 for every tie. After Shi, Larson and Hanjalic 2010, who factorise a
 * mood-specific similarity of movies jointly with the ratings; moods are not in our data, so genres stand in, and the
 * similarity ties vectors rather than being their product. An item without ratings is placed by its ties.
 */
class JointMf extends ExplicitModel {
  readonly name = 'joint-mf'
  readonly hyperparameters: z.output<typeof hyperparameters>
  readonly abilities: Abilities = { ratings: true, foldIn: true, similar: true, itemFeatures: true, unseenItems: true }
  private graph: ItemGraph | null = null

  constructor(options: z.output<typeof hyperparameters>) {
    super()
    this.hyperparameters = options
  }

  protected prepareItems(items: ItemTable, train: Interactions): Record<string, Float64Array> {
    const { offsets } = train.byItem()
    const count = (item: number): number => offsets[item + 1]! - offsets[item]!
    this.graph = genreGraph(genresOf(items), count, this.hyperparameters.neighbours)
    return {}
  }

  protected beginSweep(): void {}

  protected addItemTerms(equations: NormalEquations, item: number): void {
    const { offsets, neighbours, weights } = this.graph!
    const { width, unknowns } = this.layout
    let total = 0
    for (let at = offsets[item]!; at < offsets[item + 1]!; at++) {
      const weight = this.hyperparameters.contextWeight * weights[at]!
      const row = neighbours[at]! * width
      total += weight
      for (let k = 0; k < unknowns; k++) equations.vector[k]! += weight * this.itemRows[row + k]!
    }
    equations.ridge(total)
  }
}

export const jointDefinition: ModelDefinition<typeof hyperparameters.shape> = {
  name: 'joint-mf',
  kind: 'baseline',
  summary: 'Matrix factorisation that draws items of similar genres together.',
  source: 'After Shi, Larson and Hanjalic 2010, genres in place of moods.',
  hyperparameters,
  create: (options) => new JointMf(options),
}
