import {
  type Answer,
  api,
  type Body,
  type CallOptions,
  type Movie,
  type ProfileEntry,
  type RecommendationList,
  type SimilarMovie,
} from './api.ts'
import { type Lists, newestFirst } from './profile/document.ts'
import type { Asked } from './profile/import/match.ts'
import type { Settings } from './profile/settings.ts'
import { onScale, type Scale, serverScale } from './scale.ts'

/** Where the page gets its answers: the server, or this browser alone. Both say the same things. */
export interface Source {
  scale(): Promise<Scale>
  search(query: string, options?: CallOptions): Promise<readonly Movie[]>
  genres(options?: CallOptions): Promise<readonly { genre: string; movies: number }[]>
  firstPicks(rated: readonly string[], k: number, options?: CallOptions): Promise<readonly Pick[]>
  recommend(body: Body<'recommendForSession'>, options?: CallOptions): Promise<RecommendationList>
  movie(id: string, options?: CallOptions): Promise<Movie>
  /** Nearest to the mean of the movies; null where this source cannot say. */
  similar(ids: readonly string[], k: number, options?: VersionOptions): Promise<readonly SimilarMovie[] | null>
  /** What is recommended to somebody who gave these movies the most stars there are, and how many those are. */
  liked(
    ids: readonly string[],
    k: number,
    options?: VersionOptions,
  ): Promise<{ list: RecommendationList; most: number }>
  /** null where this source has none. `again`: what was downloaded was a sketch, and is to be asked for anew. */
  map(options?: CallOptions & { readonly again?: boolean }): Promise<MapAnswer | null>
  /** null where this source cannot explain. `visitor`: as for a list, so that the version that answers them explains. */
  explain(
    profile: readonly ProfileEntry[],
    item: string,
    k: number,
    options?: CallOptions & { readonly visitor?: string | null },
  ): Promise<Explanation | null>
  match(asked: readonly Asked[], options?: CallOptions): Promise<readonly (Movie | null)[]>
}
export interface VersionOptions extends CallOptions {
  /** The version whose map the movies were chosen on. */
  readonly model?: string
}
export type MapAnswer = Answer<'getMap'>
export type Pick = Movie & { readonly why: string }
export type Explanation = Answer<'explain'>

/** The version that made the visitor's last list: where versions share the traffic, it is the one to explain. Before any list the visitor's id chooses it. */
let answeredBy: string | null = null

export const serverSource: Source = {
  scale: serverScale,
  search: async (query, options) => (await api.listMovies({ query, limit: 8 }, options)).movies,
  genres: async (options) => (await api.listGenres(options)).genres,
  firstPicks: async (rated, k, options) => (await api.firstPicks({ k, rated: rated.slice(0, 400) }, options)).movies,
  async recommend(body, options) {
    const list = await api.recommendForSession(body, options)
    answeredBy = list.model
    return list
  },
  movie: (id, options) => api.getMovie(id, options),
  similar: async (ids, k, { model, ...options } = {}) =>
    (await api.similarMovies({ items: [...ids], k, ...(model === undefined ? {} : { model }) }, options)).items,
  async liked(ids, k, { model, ...options } = {}) {
    const { models } = await api.listModels(options)
    const scale = (models.find(({ version }) => version === model) ?? models.find(({ live }) => live))?.scale
    const most = scale?.max ?? 5
    const profile = ids.map((item) => ({ item, rating: most }))
    const asked = { profile, k, reasons: 0, ...(model === undefined ? {} : { model }) }
    return { list: await api.recommendForSession(asked, options), most }
  },
  map: ({ signal } = {}) => api.getMap({}, { signal }),
  async explain(profile, item, k, { visitor = null, ...options } = {}) {
    const body = { profile: [...profile], item, k, ...(visitor === null ? {} : { user: visitor }) }
    if (answeredBy === null) return api.explain(body, options)
    return api.explain({ ...body, model: answeredBy }, options).catch((error: unknown) => {
      // It was taken off meanwhile: whatever answers now.
      if ((error as { code?: string }).code !== 'unknown-model') throw error
      answeredBy = null
      return api.explain(body, options)
    })
  },
  match: async (asked, options) =>
    (await api.matchMovies({ movies: [...asked] }, options)).matches.map(({ movie }) => movie),
}

/** Most ratings that a posted profile may have; the newest count. */
export const profileLimit = 2_000
const excludeLimit = 10_000

/** The visitor's ratings as the API takes them, newest first. */
export function postedProfile(lists: Lists, scale: Scale, without: string | null = null): ProfileEntry[] {
  return newestFirst(lists.ratings)
    .filter(({ movie }) => movie.id !== without)
    .slice(0, profileLimit)
    .map(({ movie, rating }) => ({ item: movie.id, rating: onScale(rating!, scale) }))
}

/** What is asked for a visitor's list. */
export function recommendBody(
  lists: Lists,
  settings: Settings,
  k: number,
  user: string | null,
  scale: Scale,
): Body<'recommendForSession'> {
  return {
    // So that a visitor whose feedback counts in an experiment is answered by the version that it counts for.
    ...(user === null ? {} : { user }),
    profile: postedProfile(lists, scale),
    dislikes: Object.keys(lists.dismissed).slice(0, excludeLimit),
    exclude: Object.keys(lists.watched).slice(0, excludeLimit),
    k,
    genres: [...settings.genres],
    ...(settings.yearFrom === null ? {} : { yearFrom: settings.yearFrom }),
    ...(settings.yearTo === null ? {} : { yearTo: settings.yearTo }),
    diversity: settings.diversity,
    popularityPenalty: settings.popularityPenalty,
    reasons: 5,
  }
}
