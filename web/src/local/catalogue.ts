import type { BrowserVocabulary } from '../../../src/server/browser/description.ts'
import { MovieMatcher } from '../../../src/server/service/movies/match.ts'
import { TitleSearch } from '../../../src/server/service/movies/search.ts'
import type { Movie } from '../api.ts'
import type { Asked } from '../profile/import/match.ts'

/** The movies that the model in this browser knows, searched and matched by the server's own code without asking anybody. */
export interface Catalogue {
  movie(id: string): Movie | null
  search(query: string, k: number): Promise<Movie[]>
  /** By IMDb or TMDB id, else by title and year. */
  match(asked: readonly Asked[]): (Movie | null)[]
  /** Most movies first. */
  genres(): { genre: string; movies: number }[]
}

/** Lets clicks and keys through while titles are indexed. */
const pause = () => new Promise((resolve) => setTimeout(resolve))

export function catalogueOf(vocabulary: BrowserVocabulary): Catalogue {
  const { ids, titles, years, genreNames, genres, imdb, tmdb, counts, sums } = vocabulary
  const movies = ids.map((id, i): Movie => {
    const ratings = counts[i]!
    return {
      id,
      title: titles[i]!,
      year: years[i] === 0 ? null : years[i]!,
      genres: genres[i]!.map((place) => genreNames[place]!),
      imdb: imdb[i]!,
      tmdb: tmdb[i]!,
      ratings,
      meanRating: ratings === 0 ? null : sums[i]! / ratings,
    }
  })
  const places = new Map(ids.map((id, i) => [id, i]))
  const ratingsOf = (place: number) => counts[place]!
  const index = TitleSearch.create(movies, ratingsOf, pause)
  let matcher: MovieMatcher | null = null
  return {
    movie: (id) => movies[places.get(id) ?? -1] ?? null,
    search: async (query, k) =>
      (await index)
        .find(query)
        .slice(0, k)
        .map((place) => movies[place]!),
    match(asked) {
      matcher ??= new MovieMatcher(movies, ratingsOf)
      return asked.map((one) => movies[matcher!.find(one)?.place ?? -1] ?? null)
    },
    genres() {
      const numbers = new Array<number>(genreNames.length).fill(0)
      for (const own of genres) for (const place of own) numbers[place]!++
      return genreNames
        .map((genre, place) => ({ genre, movies: numbers[place]! }))
        .sort((a, b) => b.movies - a.movies || (a.genre < b.genre ? -1 : 1))
    },
  }
}
