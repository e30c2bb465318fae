import { join } from 'node:path'
import { CsvFile } from '../../src/core/csv-file.ts'
import { Random } from '../../src/core/random.ts'
import { type SyntheticData, synthesise, writeSynthetic } from '../../src/data/synthetic/index.ts'
import type { Cell } from '../../src/experiments/cell.ts'
import type { FullSizeShape } from '../../src/experiments/full-size.ts'

/**
 * The sets of the papers that are not to be had, as the papers and GroupLens' README files count them: users, rated movies, ratings, tags.
 * The most active user then has 16,000 ratings on 20M. Movies are as uneven on 20M as leaves about as many ratings over the
 * paper's filter as movies of that many ratings can hold (12 million); on latest less, so that neighbours have no more in common than people have.
 */
export const shapes: readonly FullSizeShape[] = [
  {
    dataset: 'ml-20m',
    ...{ users: 138_493, items: 26_744, ratings: 20_000_263, tags: 465_564 },
    ...{ skew: 1.2, userSkew: 0.45 },
  },
  {
    dataset: 'ml-latest',
    ...{ users: 270_896, items: 45_115, ratings: 26_024_289, tags: 753_170 },
    ...{ skew: 0.9, userSkew: 0.45 },
  },
]

/** A smaller set of the same density, for tests. */
export function scaledShape(shape: FullSizeShape, scale: number): FullSizeShape {
  const side = (n: number): number => Math.max(1, Math.round(n * Math.sqrt(scale)))
  const whole = (n: number): number => Math.max(1, Math.round(n * scale))
  const { users, items, ratings, tags } = shape
  return { ...shape, users: side(users), items: side(items), ratings: whole(ratings), tags: whole(tags) }
}

/** The cell with a filter that leaves about the same share of a smaller set. */
export function scaledCell(cell: Cell, scale: number): Cell {
  const data = cell.kind === 'data' ? cell.data : cell.system.data
  if (scale === 1 || data.minPerItem === undefined) return cell
  const smaller = { ...data, minPerItem: Math.max(1, Math.round(data.minPerItem * Math.sqrt(scale))) }
  return cell.kind === 'data' ? { ...cell, data: smaller } : { ...cell, system: { ...cell.system, data: smaller } }
}

/** Writes ratings.csv, movies.csv, tags.csv and manifest.json where the registry looks for the set. */
export function writeShape(shape: FullSizeShape, titles: readonly string[], folder: string, seed: number): void {
  const { dataset, tags, ...size } = shape
  const made = synthesise({ ...size, scale: { min: 0.5, max: 5, step: 0.5 }, seed })
  const named = { ...made, items: { ...made.items, titles: withTitles(made, titles) } }
  writeSynthetic(named, join(folder, dataset))
  writeTags(named, tags, join(folder, dataset, 'tags.csv'), new Random(seed).fork('tags'))
}

/** The movies rated most get titles that the recipes ask for, so that their lists can be made. */
function withTitles({ interactions, items }: SyntheticData, wanted: readonly string[]): string[] {
  const { offsets } = interactions.byItem()
  const count = (item: number): number => offsets[item + 1]! - offsets[item]!
  const order = [...items.titles.keys()].sort((a, b) => count(b) - count(a) || a - b)
  const titles = [...items.titles]
  for (const [n, title] of wanted.entries()) if (n < order.length) titles[order[n]!] = title
  return titles
}

const words = 1000

/** Tags of rated movies, the first words given most. */
function writeTags({ interactions }: SyntheticData, count: number, path: string, random: Random): void {
  const { user, item, timestamp } = interactions
  const file = new CsvFile(path, ['userId', 'movieId', 'tag', 'timestamp'])
  try {
    for (let n = 0; n < count; n++) {
      const row = random.int(interactions.count)
      file.integer(user[row]! + 1)
      file.integer(item[row]! + 1)
      file.text(`word ${1 + Math.floor(random.float() ** 2 * words)}`)
      file.integer(timestamp![row]!)
      file.endRow()
    }
    file.close()
  } finally {
    file.discard()
  }
}
