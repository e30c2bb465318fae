import { sql } from 'kysely'
import type { Database, MovieRow } from '../tables.ts'
import { blocks } from './blocks.ts'

/** Adds or replaces. A movie that stands there already, word for word, is not written again. */
export async function putMovies(db: Database, rows: readonly MovieRow[]): Promise<void> {
  // One statement cannot touch a row twice; and in one order, so that two instances cannot wait for each other in a ring.
  const unique = [...new Map(rows.map((row) => [row.id, row])).values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  for (const block of blocks(unique)) {
    await db
      .insertInto('movies')
      .values(block)
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet((eb) => ({
            title: eb.ref('excluded.title'),
            year: eb.ref('excluded.year'),
            genres: eb.ref('excluded.genres'),
            tags: eb.ref('excluded.tags'),
            imdb: eb.ref('excluded.imdb'),
            tmdb: eb.ref('excluded.tmdb'),
          }))
          .where(
            sql<boolean>`(movies.title, movies.genres, movies.tags) <> (excluded.title, excluded.genres, excluded.tags)
              or movies.year is distinct from excluded.year or movies.imdb is distinct from excluded.imdb
              or movies.tmdb is distinct from excluded.tmdb`,
          ),
      )
      .execute()
  }
}
