import type { OnProgress } from '../core/progress.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Interactions } from '../data/interactions.ts'
import type { Recommender } from '../models/recommender.ts'
import { findClusters } from './clusters/index.ts'

export * from './clusters/index.ts'

/** Clusters as a report shows them: the first units that anything activates, not the best looking ones. */
export async function reproduceClusters(
  ground: {
    readonly model: Recommender
    readonly train: Interactions
    readonly dataset: Pick<Dataset, 'items'>
    readonly signal?: AbortSignal | undefined
    readonly onProgress?: OnProgress | undefined
  },
  { units, movies }: { readonly units: number; readonly movies: number },
): Promise<{ unit: number; movies: string[]; genres: Record<string, number> }[]> {
  const { model, train, dataset, signal, onProgress } = ground
  const { titles } = dataset.items
  const options = { movies, ...(signal && { signal }), ...(onProgress && { onProgress }) }
  const { clusters } = await findClusters(model, train, dataset.items, options)
  return clusters
    .filter((cluster) => cluster.movies.length > 0)
    .slice(0, units)
    .map(({ unit, movies: items, genres, p }) => {
      const [first] = genres
      const said = first ? { [`${first.count} of ${items.length} ${first.genre}, times chance`]: first.lift } : {}
      return { unit, movies: items.map((item) => titles[item]!), genres: { ...said, 'p against random lists': p ?? 1 } }
    })
}
