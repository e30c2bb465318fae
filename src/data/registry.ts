import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MarqueeError } from '../core/errors.ts'
import type { RatingScale } from './interactions.ts'

/** A public data set: where it is, how big it is and what one may do with it. */
export interface RegistryEntry {
  readonly name: string
  readonly title: string
  readonly url: string
  /** As GroupLens publishes it beside the file (url + ".md5"); null where the file changes over time. */
  readonly md5: string | null
  /** Size of the zip in bytes, null where it changes over time. */
  readonly zipBytes: number | null
  /** As published: ratings, users, and movies listed (some sets list movies without ratings). Null where it changes. */
  readonly counts: { readonly users: number; readonly items: number; readonly ratings: number } | null
  readonly scale: RatingScale
  readonly redistributable: boolean
  readonly licence: string
  readonly citation: string
  /** What the folder inside the zip may be called besides `name`. */
  readonly folders: readonly string[]
}

const base = 'https://files.grouplens.org/datasets/movielens'
const citation =
  'F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. ' +
  'ACM Transactions on Interactive Intelligent Systems 5, 4, Article 19. https://doi.org/10.1145/2827872'
const terms = 'Research use only, with acknowledgement; no commercial use without permission of GroupLens'
const stars: RatingScale = { min: 1, max: 5, step: 1 }
const halfStars: RatingScale = { min: 0.5, max: 5, step: 0.5 }

function entry(
  name: string,
  title: string,
  md5: string | null,
  zipBytes: number | null,
  counts: [users: number, items: number, ratings: number] | null,
  scale: RatingScale,
  redistributable: boolean,
): RegistryEntry {
  const [users, items, ratings] = counts ?? [0, 0, 0]
  return {
    name,
    title,
    url: `${base}/${name}.zip`,
    md5,
    zipBytes,
    counts: counts && { users, items, ratings },
    scale,
    redistributable,
    licence: `${terms}; ${redistributable ? 'redistribution under the same terms' : 'no redistribution without permission'}.`,
    citation,
    folders: name === 'ml-10m' ? ['ml-10M100K'] : [],
  }
}

/** The public MovieLens sets. Checksums are those of the .md5 files that GroupLens puts beside the zips. */
export const registry: readonly RegistryEntry[] = [
  entry('ml-latest-small', 'MovieLens latest-small (2018)', null, null, [610, 9_742, 100_836], halfStars, true),
  entry(
    'ml-100k',
    'MovieLens 100K (1998)',
    '0e33842e24a9c977be4e0107933c0723',
    4_924_029,
    [943, 1_682, 100_000],
    stars,
    false,
  ),
  entry(
    'ml-1m',
    'MovieLens 1M (2003)',
    'c4d9eecfca2ab87c1945afe126590906',
    5_917_549,
    [6_040, 3_883, 1_000_209],
    stars,
    false,
  ),
  entry(
    'ml-10m',
    'MovieLens 10M (2009)',
    'ce571fd55effeba0271552578f2648bd',
    65_566_137,
    [71_567, 10_681, 10_000_054],
    halfStars,
    false,
  ),
  entry(
    'ml-20m',
    'MovieLens 20M (2015)',
    'cd245b17a1ae2cc31bb14903e1204af3',
    198_702_078,
    [138_493, 27_278, 20_000_263],
    halfStars,
    false,
  ),
  entry(
    'ml-25m',
    'MovieLens 25M (2019)',
    '6b51fb2759a8657d3bfcbfc42b592ada',
    261_978_986,
    [162_541, 62_423, 25_000_095],
    halfStars,
    false,
  ),
  entry(
    'ml-32m',
    'MovieLens 32M (2023)',
    'd472be332d4daa821edc399621853b57',
    238_950_008,
    [200_948, 87_585, 32_000_204],
    halfStars,
    true,
  ),
  entry('ml-latest', 'MovieLens latest (changes over time)', null, null, null, halfStars, true),
]

/** The entry of a name, or undefined. */
export function findEntry(name: string): RegistryEntry | undefined {
  return registry.find((e) => e.name === name)
}

/** The entry of a name. Throws a MarqueeError (`unknown-dataset`) listing the names. */
export function getEntry(name: string): RegistryEntry {
  const found = findEntry(name)
  if (found) return found
  throw new MarqueeError('unknown-dataset', `there is no data set "${name}"`, {
    remedy: `The names are ${registry.map((e) => e.name).join(', ')}; a path to a folder or a file works too.`,
  })
}

/**
 * Where data sets are kept: $MARQUEE_DATA, else `marquee` in the user's cache folder
 * (~/Library/Caches on macOS, %LOCALAPPDATA% on Windows, $XDG_CACHE_HOME or ~/.cache elsewhere).
 */
export function dataDirectory(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
): string {
  if (env.MARQUEE_DATA) return resolve(env.MARQUEE_DATA)
  const home = homedir()
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'marquee')
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'marquee')
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'marquee')
}

/** The folder of ml-latest-small inside the package. */
export const shippedDirectory = fileURLToPath(new URL('../../data/ml-latest-small', import.meta.url))

/** A data set found on this machine. */
export interface Located {
  /** Registry name, or the path as it was given. */
  readonly name: string
  /** An existing folder or file. */
  readonly path: string
  readonly entry: RegistryEntry | null
}

/**
 * Finds a DATASET argument: a registry name in the data folder (ml-latest-small also as shipped), else a path.
 * Throws a MarqueeError: `unknown-dataset`, or `dataset-not-here` with the place to put it.
 */
export function locateDataset(nameOrPath: string, directory: string = dataDirectory()): Located {
  const entry = findEntry(nameOrPath)
  if (entry) {
    for (const folder of [entry.name, ...entry.folders]) {
      const path = join(directory, folder)
      if (existsSync(path)) return { name: entry.name, path, entry }
    }
    if (entry.name === 'ml-latest-small' && existsSync(shippedDirectory)) {
      return { name: entry.name, path: shippedDirectory, entry }
    }
    throw new MarqueeError('dataset-not-here', `${entry.title} is not in ${directory}`, {
      place: entry.name,
      remedy: `Run "marquee data get ${entry.name}", or unzip ${entry.url} to ${join(directory, entry.name)}.`,
    })
  }
  if (existsSync(nameOrPath)) return { name: nameOrPath, path: resolve(nameOrPath), entry: null }
  // A separator or an extension says that a path was meant.
  if (/[\\/.]/.test(nameOrPath)) {
    throw new MarqueeError('no-such-file', 'there is no such file or folder', {
      place: nameOrPath,
      remedy: 'Check the path; a registry name (marquee data list) works too.',
    })
  }
  getEntry(nameOrPath)
  throw new Error('unreachable')
}
