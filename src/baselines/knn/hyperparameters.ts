import * as z from 'zod'

/** What both neighbourhood models have; defaults are each model's own. */
export interface NeighbourhoodDefaults {
  readonly similarity: 'cosine' | 'pearson' | 'adjusted-cosine' | 'baseline' | 'msd'
  readonly lengths: 'common' | 'all'
  readonly k: number
  readonly shrinkage: number
  readonly centre: 'none' | 'mean' | 'baseline'
}

/** The hyper-parameters that user-knn and item-knn share; `side` is whose neighbours are sought, `other` the other side. */
export function neighbourhoodShape(side: 'user' | 'item', other: 'user' | 'item', defaults: NeighbourhoodDefaults) {
  return {
    similarity: z
      .enum(['cosine', 'pearson', 'adjusted-cosine', 'baseline', 'msd'])
      .default(defaults.similarity)
      .describe(
        `What makes two ${side}s alike: the cosine of their ratings; Pearson's correlation (their own means taken away); the cosine after the mean of every ${other} is taken away; after the baseline estimate is taken away; or 1 / (1 + mean squared difference).`,
      ),
    lengths: z
      .enum(['common', 'all'])
      .default(defaults.lengths)
      .describe(
        `Whether a cosine's lengths and Pearson's means are over the ratings that two ${side}s have in common or over all of each. Without meaning for msd.`,
      ),
    k: z
      .number()
      .int()
      .min(1)
      .nullable()
      .default(defaults.k)
      .describe(
        `How many of the nearest ${side}s a prediction averages, among those it can be made from; null weighs them all.`,
      ),
    minNeighbours: z
      .number()
      .int()
      .min(1)
      .default(1)
      .describe('A prediction from fewer neighbours is given up for the baseline estimate.'),
    minSupport: z
      .number()
      .int()
      .min(1)
      .default(1)
      .describe(`Two ${side}s with fewer ratings in common are not alike at all.`),
    shrinkage: z
      .number()
      .min(0)
      .default(defaults.shrinkage)
      .describe('A similarity from n common ratings is multiplied by n / (n + shrinkage).'),
    centre: z
      .enum(['none', 'mean', 'baseline'])
      .default(defaults.centre)
      .describe(
        `What is averaged: the neighbours' ratings; what they differ from each ${side}'s damped mean; or from the baseline estimate.`,
      ),
    damping: z
      .number()
      .min(0)
      .default(5)
      .describe('Ratings of "no deviation" that means and biases start with; 0 for plain means.'),
    sweeps: z
      .number()
      .int()
      .min(1)
      .default(3)
      .describe('How often the biases of items and users in the baseline estimate are computed, each from the other.'),
  }
}

export type NeighbourhoodSettings = z.output<z.ZodObject<ReturnType<typeof neighbourhoodShape>>>
