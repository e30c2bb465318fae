import type { ItemTable } from '../data/dataset.ts'
import type { Vocabulary } from '../data/vocabulary.ts'
import type { Store, StoredMovie } from './store.ts'

/** Movies that are handed over at once: the writing thread is free for feedback in between. */
const moviesInCall = 2000

/**
 * Fills the movies from what an artefact or a data set knows of its items (`items` by index of `vocabulary`). Adds and
 * replaces, never removes; what stands there already is not written again. Gives how many movies there were in the table.
 */
export async function seedMovies(store: Store, items: ItemTable, vocabulary: Vocabulary): Promise<number> {
  for (let from = 0; from < vocabulary.size; from += moviesInCall) {
    const movies: StoredMovie[] = []
    for (let item = from; item < Math.min(vocabulary.size, from + moviesInCall); item++) {
      movies.push({
        id: vocabulary.id(item),
        title: items.titles[item] ?? vocabulary.id(item),
        // 0 stands for an unknown year there.
        year: items.years[item] || null,
        genres: items.genres[item] ?? [],
        tags: (items.tags[item] ?? []).map(({ tag }) => tag),
        imdb: items.imdb[item] ?? null,
        tmdb: items.tmdb[item] ?? null,
      })
    }
    await store.putMovies(movies)
  }
  return vocabulary.size
}
