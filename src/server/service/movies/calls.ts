import { setTimeout as sleep } from 'node:timers/promises'
import type { Parts } from '../parts.ts'
import type { Service } from '../service.ts'
import { firstPicks } from './first-picks.ts'
import { latestMovies, listMovies, popularMovies } from './lists.ts'

type Names =
  | 'listMovies'
  | 'getMovie'
  | 'putMovies'
  | 'listGenres'
  | 'firstPicks'
  | 'popular'
  | 'latest'
  | 'matchMovies'

/** Milliseconds between two catalogues that added movies ask for. */
const betweenRefreshes = 1_000

/** Finding movies, and adding some. */
export function movieCalls({ store, desk, storeRatings, closing, warn }: Parts): Pick<Service, Names> {
  let stale = false
  let refreshing = false

  /** The catalogue again; calls that come meanwhile, and for a moment after it, share the next. */
  const refreshSoon = (): void => {
    stale = true
    if (refreshing) return
    refreshing = true
    refresh()
      .catch((error: unknown) => {
        if (!closing()) warn('catalogue-not-refreshed', error)
      })
      .finally(() => {
        refreshing = false
      })
  }
  const refresh = async (): Promise<void> => {
    while (stale && !closing()) {
      stale = false
      await desk.refresh()
      await sleep(betweenRefreshes, undefined, { ref: false })
    }
  }

  return {
    listMovies: async (query) => listMovies(desk.current.catalogue, query),
    getMovie: async (id) => desk.current.catalogue.get(id),
    putMovies: async ({ movies }) => {
      await store.putMovies(movies)
      refreshSoon()
      return { put: movies.length }
    },
    listGenres: async () => ({ genres: desk.current.catalogue.genres.map((entry) => ({ ...entry })) }),
    firstPicks: async ({ k, rated }) => {
      const { main, catalogue } = desk.current
      const known = rated.map((id) => main.train.items.indexOf(id)).filter((item) => item >= 0)
      const movies = firstPicks(main, known, k).map(({ item, information, why }) => ({
        ...catalogue.get(main.train.items.id(item)),
        information,
        why,
      }))
      return { movies }
    },
    popular: async (query) => {
      const { main, catalogue } = desk.current
      return popularMovies(catalogue, await storeRatings.of(main), query)
    },
    latest: async (query) => latestMovies(desk.current.catalogue, query),
    matchMovies: async ({ movies }) => {
      const { catalogue } = desk.current
      return {
        matches: movies.map((asked) => {
          const found = catalogue.matcher.find(asked)
          return found ? { movie: catalogue.movie(found.place), by: found.by } : { movie: null, by: null }
        }),
      }
    },
  }
}
