import * as z from 'zod'
import type { ItemTable } from '../../data/dataset.ts'
import type { Abilities } from '../../models/recommender.ts'
import type { ModelDefinition } from '../../models/registry.ts'
import { genresOf, tagsOf } from '../content/features.ts'
import { explicitHyperparameters } from '../factors/explicit-hyperparameters.ts'
import { ExplicitModel } from '../factors/explicit-model.ts'
import type { NormalEquations } from '../linear-algebra/normal-equations.ts'
import { Relation } from './relation.ts'

const hyperparameters = z.object({
  ...explicitHyperparameters,
  genreWeight: z.number().min(0).default(0.1).describe('What an item-genre pair counts beside a rating.'),
  tagWeight: z.number().min(0).default(0.05).describe('What an item-tag pair counts beside a rating.'),
  entityRegularisation: z
    .number()
    .positive()
    .default(0.001)
    .describe('Ridge on the vectors of genres and tags, times the number of items.'),
  minimumTagItems: z.number().int().min(1).default(5).describe('Tags on fewer items are left out.'),
  maximumTags: z.number().int().min(0).default(200).describe('How many tags at most, the most widespread first.'),
})

/**
 * Collective matrix factorisation: ratings, the item-genre and the item-tag relation are factorised at once with the same item
 * vectors, squared loss each, by alternating least squares. An item without ratings is placed by its genres and tags.
 */
class CollectiveMf extends ExplicitModel {
  readonly name = 'collective-mf'
  readonly hyperparameters: z.output<typeof hyperparameters>
  readonly abilities: Abilities = { ratings: true, foldIn: true, similar: true, itemFeatures: true, unseenItems: true }
  private relations: Relation[] = []

  constructor(options: z.output<typeof hyperparameters>) {
    super()
    this.hyperparameters = options
  }

  protected prepareItems(items: ItemTable): Record<string, Float64Array> {
    const { genreWeight, tagWeight, minimumTagItems, maximumTags } = this.hyperparameters
    const genres = new Relation(genresOf(items), this.layout, genreWeight)
    const tags = new Relation(tagsOf(items, minimumTagItems, maximumTags), this.layout, tagWeight)
    this.relations = [genres, tags]
    return { genres: genres.rows, tags: tags.rows }
  }

  protected beginSweep(): void {
    for (const relation of this.relations) {
      relation.solveEntities(this.itemRows, this.hyperparameters.entityRegularisation)
    }
  }

  protected addItemTerms(equations: NormalEquations, item: number): void {
    for (const relation of this.relations) relation.addTo(equations, item)
  }
}

export const collectiveDefinition: ModelDefinition<typeof hyperparameters.shape> = {
  name: 'collective-mf',
  kind: 'baseline',
  summary: 'Factorises ratings together with the genres and tags of the items.',
  source: 'Singh and Gordon 2008, "Relational learning via collective matrix factorization", squared losses.',
  hyperparameters,
  create: (options) => new CollectiveMf(options),
}
