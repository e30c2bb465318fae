import { ApiError } from '../api.ts'
import {
  type BrowserMap,
  type BrowserModelInfo,
  type BrowserVocabulary,
  type DownloadProgress,
  downloadMap,
  loadBrowserModel,
  type Precision,
} from '../browser-model/index.ts'
import type { MapAnswer, Source } from '../source.ts'
import { catalogueOf } from './catalogue.ts'

export interface Local {
  readonly source: Source
  readonly info: BrowserModelInfo
  close(): void
}

/** Everything that Discover, Movie, Map and imports ask, answered in this browser: after the download no request is made. */
export async function openLocal(
  precision: Precision,
  signal: AbortSignal,
  onProgress: (progress: DownloadProgress) => void,
): Promise<Local> {
  const model = await loadBrowserModel({ precision, signal, onProgress })
  const { vocabulary, info } = model
  const { model: version, scale } = info.description
  const catalogue = catalogueOf(vocabulary)
  let map = model.map && mapAnswer(version, model.map, vocabulary)
  const found = (id: string) => {
    const movie = catalogue.movie(id)
    if (movie === null)
      throw new ApiError(404, 'unknown-movie', 'The model in this browser does not know this movie.', null, null)
    return movie
  }
  const source: Source = {
    scale: async () => scale,
    search: (query) => catalogue.search(query, 8),
    genres: async () => catalogue.genres(),
    firstPicks: async (rated, k) =>
      (await model.firstPicks(rated, k)).map(({ item, why }) => ({ ...found(item), why })),
    recommend: ({ profile = [], user: _, ...options }) => model.recommend(profile, options),
    movie: async (id) => found(id),
    similar: (ids, k) => model.similar(ids, k),
    async liked(ids, k) {
      const profile = ids.map((item) => ({ item, rating: scale.max }))
      return { list: await model.recommend(profile, { k, reasons: 0 }), most: scale.max }
    },
    async map({ again = false, signal } = {}) {
      if (again) {
        const drawn = await downloadMap(version, signal)
        map = drawn && mapAnswer(version, drawn, vocabulary)
      }
      return map
    },
    explain: (profile, item, k) => model.explain(profile, item, k),
    match: async (asked) => catalogue.match(asked),
  }
  return { source, info, close: () => model.close() }
}

/** The map as the server answers it: titles and numbers of ratings from the vocabulary. */
function mapAnswer(model: string, map: BrowserMap, { ids, titles, counts }: BrowserVocabulary): MapAnswer {
  const places = new Map(ids.map((id, place) => [id, place]))
  const of = <T>(column: readonly T[]) => map.ids.map((id) => column[places.get(id)!]!)
  return { model, ...map, titles: of(titles), ratings: of(counts) }
}
