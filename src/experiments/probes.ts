import { TitleIndex } from '../catalogue/titles.ts'
import { MarqueeError } from '../core/errors.ts'
import type { OnProgress } from '../core/progress.ts'
import type { Dataset, Interactions } from '../data/index.ts'
import type { Recommender } from '../models/recommender.ts'
import { clusterMaker, mapMaker } from './hooks.ts'
import type { Probe } from './paper.ts'

/** A movie in a list of similar ones. */
export interface SimilarMovie {
  readonly title: string
  readonly similarity: number
}

/** What a probe that cannot be answered on this data or by this model gives instead. */
export interface ProbeMissing {
  readonly missing: string
}

export interface ProbeGround {
  readonly model: Recommender
  readonly train: Interactions
  readonly dataset: Dataset
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
}

/** The answer of a probe as plain JSON; what cannot be answered says why. */
export async function answerProbe(probe: Probe, ground: ProbeGround): Promise<unknown> {
  try {
    switch (probe.kind) {
      case 'similar':
        return await similarMovies(ground, probe.titles, probe.rule)
      case 'pairs':
        return await predictions(ground, probe.pairs)
      case 'parameters':
        return Object.values(ground.model.save().tensors).reduce((sum, { data }) => sum + data.length, 0)
      case 'map':
        return await (await mapMaker())(ground, probe)
      case 'clusters':
        return await (await clusterMaker())(ground, probe)
    }
  } catch (error) {
    if (!(error instanceof MarqueeError) || error.code === 'interrupted') throw error
    return { missing: error.message } satisfies ProbeMissing
  }
}

/**
 * The movies nearest to the given: ten by the mean of their unit vectors, or by the paper's list rule ranks 6 to 10 of
 * each movie's own list, merged and sorted, so that the five best of each are missing.
 */
async function similarMovies(
  { model, train, dataset }: ProbeGround,
  titles: readonly string[],
  rule: 'joint' | 'ranks-6-to-10',
): Promise<SimilarMovie[]> {
  const { offsets } = train.byItem()
  const counts = Int32Array.from({ length: train.items.size }, (_, item) => offsets[item + 1]! - offsets[item]!)
  const index = new TitleIndex(dataset.items, train.items, counts)
  const items = titles.map((title) => {
    const { item } = index.find(title)
    if (counts[item]! > 0) return item
    throw new MarqueeError('unknown-item', `"${title}" has no rating here`)
  })
  const near =
    rule === 'joint'
      ? await model.similar(items, 10)
      : (await Promise.all(items.map((item) => model.similar([item], 10)))).flatMap((list) => list.slice(5, 10))
  return near
    .toSorted((a, b) => b.similarity - a.similarity || a.item - b.item)
    .map(({ item, similarity }) => ({ title: dataset.items.titles[item]!, similarity }))
}

async function predictions(
  { model, train }: ProbeGround,
  pairs: readonly (readonly [user: string, item: string])[],
): Promise<{ user: string; item: string; prediction: number }[]> {
  const user = Int32Array.from(pairs, ([id]) => train.users.indexOf(id))
  const item = Int32Array.from(pairs, ([, id]) => train.items.indexOf(id))
  const predicted = await model.predict({ user, item })
  return pairs.map(([userId, itemId], n) => ({ user: userId, item: itemId, prediction: predicted[n]! }))
}
