import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CsvFile } from '../../core/csv-file.ts'
import { MarqueeError } from '../../core/errors.ts'
import type { Interactions } from '../interactions.ts'
import type { SyntheticData } from './synthesise.ts'

/**
 * Writes the ratings as MovieLens lays them out: ratings.csv (`userId,movieId,rating,timestamp`, the last where there are times),
 * movies.csv (`movieId,title,genres`), and manifest.json with the seed, the parameters and the true noise floor.
 * Ratings are streamed. Throws `cannot-write`.
 */
export function writeSynthetic(data: SyntheticData, directory: string): void {
  try {
    mkdirSync(directory, { recursive: true })
  } catch (cause) {
    throw new MarqueeError('cannot-write', `cannot make the folder: ${(cause as Error).message}`, {
      place: directory,
      remedy: 'Choose a folder that may be written to.',
      cause,
    })
  }
  writeRatings(data.interactions, join(directory, 'ratings.csv'))
  writeMovies(data, join(directory, 'movies.csv'))
  const manifest = join(directory, 'manifest.json')
  writeFileSync(`${manifest}.partial`, `${JSON.stringify(data.manifest, null, 2)}\n`, { flush: true })
  renameSync(`${manifest}.partial`, manifest)
}

function writeRatings(interactions: Interactions, path: string): void {
  const { user, item, rating, timestamp, count } = interactions
  const file = new CsvFile(path, ['userId', 'movieId', 'rating', ...(timestamp ? ['timestamp'] : [])])
  try {
    for (let row = 0; row < count; row++) {
      // Ids are 1 to n here: digits from the number itself, which at 20M rows is several times faster than from the vocabulary's strings.
      file.integer(user[row]! + 1)
      file.integer(item[row]! + 1)
      file.float(rating[row]!)
      if (timestamp) file.integer(timestamp[row]!)
      file.endRow()
    }
    file.close()
  } finally {
    file.discard()
  }
}

function writeMovies(data: SyntheticData, path: string): void {
  const file = new CsvFile(path, ['movieId', 'title', 'genres'])
  try {
    data.items.titles.forEach((title, item) => {
      file.integer(item + 1)
      file.text(title)
      file.text(data.items.genres[item]!.join('|') || '(no genres listed)')
      file.endRow()
    })
    file.close()
  } finally {
    file.discard()
  }
}
