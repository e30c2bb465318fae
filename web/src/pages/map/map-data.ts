import { spokenWithYear } from '../../title.ts'
import { colours, marksFor, plain, type Theme } from './marks.ts'
import { PointIndex } from './point-index.ts'
import type { PointColumns } from './renderer.ts'

/** The answer of GET /v1/map, as far as the map needs it. */
export interface MapAnswer {
  readonly ids: readonly string[]
  readonly x: readonly number[]
  readonly y: readonly number[]
  readonly genre: readonly number[]
  readonly genres: readonly string[]
  readonly titles: readonly string[]
  readonly ratings: readonly number[]
}

/** A map ready to be drawn: points in order of renown. */
export interface MapData {
  readonly ids: readonly string[]
  /** As people say them, with the year: "The Matrix (1999)". */
  readonly titles: readonly string[]
  /** Names of the marks; the last is that of movies without a genre. */
  readonly genres: readonly string[]
  /** Points of each. */
  readonly counts: readonly number[]
  readonly points: PointColumns
  readonly index: PointIndex
}

export const withoutGenre = 'No genre'

/** Throws where the columns of the answer differ in length. */
export function mapData(answer: MapAnswer): MapData {
  const count = answer.ids.length
  for (const column of ['x', 'y', 'genre', 'titles', 'ratings'] as const) {
    if (answer[column].length !== count)
      throw new Error(`the map has ${count} ids but ${answer[column].length} of ${column}`)
  }
  const order = Array.from({ length: count }, (_, n) => n)
    .filter((n) => Number.isFinite(answer.x[n]) && Number.isFinite(answer.y[n]))
    .sort((a, b) => answer.ratings[b]! - answer.ratings[a]! || a - b)
  const genreCount = answer.genres.length
  const x = Float32Array.from(order, (n) => answer.x[n]!)
  // Mathematics has y upwards, screens downwards.
  const y = Float32Array.from(order, (n) => -answer.y[n]!)
  const genre = Uint8Array.from(order, (n) => {
    const one = answer.genre[n]!
    return one >= 0 && one < genreCount ? one : genreCount
  })
  const counts = new Array<number>(genreCount + 1).fill(0)
  for (const one of genre) counts[one]!++
  const ratings = Float32Array.from(order, (n) => answer.ratings[n]!)
  const known = Array.from(genre, (one) => (one === genreCount ? -1 : one))
  const marks = [...marksFor(known, genreCount), { colour: -1, shape: 0 }]
  return {
    ids: order.map((n) => answer.ids[n]!),
    titles: order.map((n) => spokenWithYear(answer.titles[n]!)),
    genres: [...answer.genres, withoutGenre],
    counts,
    points: { x, y, genre, ratings, marks, most: ratings[0] ?? 1 },
    index: new PointIndex(x, y),
  }
}

/** The colour of each mark in a theme. */
export function markColours({ points }: MapData, theme: Theme): string[] {
  return points.marks.map(({ colour }) => (colour < 0 ? plain[theme] : colours[theme][colour]!))
}
