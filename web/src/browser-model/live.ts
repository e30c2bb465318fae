import { MarqueeError } from '../../../src/core/errors.ts'
import { cosineWithMean, unitRows } from '../../../src/models/cosine.ts'
import type { Neighbour, Who } from '../../../src/models/recommender.ts'
import { topK } from '../../../src/models/top-k.ts'
import { recommendDefaults } from '../../../src/server/api/defaults.ts'
import type { BrowserDescription, BrowserVocabulary } from '../../../src/server/browser/description.ts'
import { deviationOfSums, type PickSource, picksOf } from '../../../src/server/service/movies/first-picks.ts'
import { personOfSession } from '../../../src/server/service/recommend/person.ts'
import { explainFor, similarTo } from '../../../src/server/service/recommend/predictions.ts'
import { recommendFor } from '../../../src/server/service/recommend/recommend.ts'
import type { MovieSource } from '../../../src/server/service/recommend/source.ts'
import type { Answer, RecommendationList, SimilarMovie } from '../api.ts'
import type { BrowserProfileEntry, BrowserRecommendOptions } from './types.ts'

/*
 * The server's own code for lists, reasons, explanations, similar movies and first picks, run in the browser: one
 * implementation, so that both give the same answers. Only the model differs: here it is the fold-in graph.
 */

/** The fold-in graph, running. */
export interface Scorer {
  /** One score for each item of the vocabulary, and perhaps more. */
  scores(item: Int32Array, rating: Float32Array): Promise<Float32Array>
  /** Rows of the items, row-major; null where the graph gives none. */
  vectors(items: Int32Array): Promise<{ data: Float32Array; width: number } | null>
}

/** A movie by its id, and why it is asked about. */
export interface LocalPick {
  readonly item: string
  readonly why: string
}

export interface LocalModel {
  recommend(profile: readonly BrowserProfileEntry[], options: BrowserRecommendOptions): Promise<RecommendationList>
  /** Nearest to the mean of the movies; null where the graph gives no vectors. */
  similar(items: readonly string[], k: number): Promise<readonly SimilarMovie[] | null>
  explain(profile: readonly BrowserProfileEntry[], item: string, k: number): Promise<Answer<'explain'>>
  /** Movies whose rating would tell most, beyond those `rated`. */
  firstPicks(rated: readonly string[], k: number): Promise<readonly LocalPick[]>
}

/** Ids that the model knows, as places in its vocabulary. */
const known = ({ items }: MovieSource['train'], ids: readonly string[]): number[] =>
  ids.map((id) => items.indexOf(id)).filter((item) => item >= 0)

/** A thread of its own holds nobody up. */
const onward = (): Promise<void> => Promise.resolve()

export async function localModel(
  description: BrowserDescription,
  vocabulary: BrowserVocabulary,
  scorer: Scorer,
): Promise<LocalModel> {
  const live = await liveOf(description, vocabulary, scorer)
  const { counts, sums, squares } = vocabulary
  return {
    recommend: (profile, options) => {
      const { dislikes = [], ...rest } = options
      const person = personOfSession(live, [...profile], [...dislikes])
      const asked = {
        ...{ ...recommendDefaults, ...rest },
        ...{ exclude: [...(rest.exclude ?? [])], genres: [...(rest.genres ?? [])] },
      }
      return recommendFor(live, person, asked, { give: () => `local-${crypto.randomUUID()}` })
    },
    similar: async (items, k) =>
      live.model.abilities.similar ? (await similarTo(live, { items: [...items], k })).items : null,
    async explain(profile, item, k) {
      const told = await explainFor(live, personOfSession(live, [...profile]), { item, k }, onward)
      // The graph gives scores alone, also of the model that has attention.
      if (description.name !== 'explainable-dnn') return told
      return { ...told, text: told.text.replace(/^This model has no attention.*$/m, 'Attention is not computed here.') }
    },
    async firstPicks(rated, k) {
      const deviationOf = (item: number) => deviationOfSums(counts[item]!, sums[item]!, squares[item]!)
      const picks = picksOf(live, deviationOf, known(live.train, rated), k)
      return picks.map(({ item, why }) => ({ item: live.train.items.id(item), why }))
    },
  }
}

/** What the server keeps of a loaded model, as far as these answers need it. */
async function liveOf(
  description: BrowserDescription,
  vocabulary: BrowserVocabulary,
  scorer: Scorer,
): Promise<MovieSource & PickSource> {
  const { ids, titles, years, genreNames, neighbours, users } = vocabulary
  const size = ids.length
  const index = new Map(ids.map((id, item) => [id, item]))
  const genres = vocabulary.genres.map((own) => own.map((place) => genreNames[place]!))
  const counts = Int32Array.from(vocabulary.counts)
  const rows = await scorer.vectors(Int32Array.from(ids, (_, item) => item))
  const units = rows && unitRows(rows)
  const masks = new Map<string, Uint8Array>()
  const { model: version, name, ratings, scale, hyperparameters } = description
  return {
    version,
    digest: 0,
    counts,
    logCounts: Float32Array.from(counts, (count) => Math.log1p(count)),
    train: {
      scale,
      items: { size, id: (item: number) => ids[item]!, indexOf: (id: string) => index.get(id) ?? -1 },
      users: { size: users },
      byUser: () => {
        throw new MarqueeError('not-able', 'no ratings of other people are downloaded')
      },
    },
    items: { titles, years: Int16Array.from(years), genres },
    bare: { vectors: () => rows },
    units: () => units,
    itemOf(id: string): number {
      const item = index.get(id)
      if (item !== undefined) return item
      throw new MarqueeError('unknown-movie', 'the model in this browser does not know this movie')
    },
    ofGenre(genre: string): Uint8Array | null {
      const key = genre.toLowerCase()
      const place = genreNames.findIndex((known) => known.toLowerCase() === key)
      if (place < 0) return null
      const mask = masks.get(key) ?? Uint8Array.from(vocabulary.genres, (own) => (own.includes(place) ? 1 : 0))
      masks.set(key, mask)
      return mask
    },
    model: {
      name,
      abilities: { ratings, foldIn: true, similar: units !== null },
      hyperparameters,
      async scoreAll(who: Who): Promise<Float32Array> {
        const profile = 'profile' in who ? who.profile : []
        const item = Int32Array.from(profile, (entry) => entry.item)
        const rating = Float32Array.from(profile, (entry) => entry.rating)
        return (await scorer.scores(item, rating)).subarray(0, size)
      },
      /** As the models do it (models/base.ts). */
      async similar(items: readonly number[], k = 10): Promise<Neighbour[]> {
        const given = new Set(items)
        const similarities = cosineWithMean(units!, [...given])
        const best = topK(similarities, k, (item) => !given.has(item) && neighbours[item] === '1')
        return Array.from(best, (item) => ({ item, similarity: similarities[item]! }))
      },
    },
  }
}
