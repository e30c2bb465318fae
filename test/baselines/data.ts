import { Interactions, type ItemTable, Vocabulary } from '../../src/data/index.ts'

const ids = (n: number): Vocabulary => Vocabulary.of(Float64Array.from({ length: n }, (_, k) => k + 1))

/** Ratings from a dense table, 0 where there is none, on a scale of 1 to 5. */
export function dense(rows: readonly (readonly number[])[]): Interactions {
  const cells = rows.flatMap((row, user) => row.flatMap((rating, item) => (rating > 0 ? [{ user, item, rating }] : [])))
  return new Interactions({
    users: ids(rows.length),
    items: ids(rows[0]!.length),
    user: Int32Array.from(cells, (cell) => cell.user),
    item: Int32Array.from(cells, (cell) => cell.item),
    rating: Float32Array.from(cells, (cell) => cell.rating),
    timestamp: null,
    scale: { min: 1, max: 5, step: 1 },
  })
}

/** An item table of these genres, tags and years. */
export function itemTable(
  genres: readonly (readonly string[])[],
  tags: readonly (readonly string[])[] = genres.map(() => []),
  years: readonly number[] = genres.map(() => 0),
): ItemTable {
  return {
    titles: genres.map((_, k) => `Movie ${k}`),
    years: Int16Array.from(years),
    genres,
    tags: tags.map((own) => own.map((tag) => ({ tag, count: 1 }))),
    imdb: genres.map(() => null),
    tmdb: genres.map(() => null),
  }
}
