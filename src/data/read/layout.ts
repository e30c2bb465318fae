import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { MarqueeError } from '../../core/errors.ts'
import { unreadable } from './bytes.ts'

/** Where the ratings of a data set are, and the folder in which facts on its items may lie. */
export interface Layout {
  readonly ratings: string
  readonly folder: string
  /** A RecBole .item file of that folder. */
  readonly atomic: string | null
}

const names = [
  'u.data',
  'ratings.dat',
  'ratings.csv',
  'ratings.tsv',
  'ratings.parquet',
  'ratings.jsonl',
  'ratings.json',
]

/** Finds the ratings of a folder or a file. Throws a MarqueeError (`no-ratings`) for a folder without. */
export function layoutOf(path: string): Layout {
  try {
    if (!statSync(path).isDirectory()) return fileLayout(path)
    const files = readdirSync(path)
    for (const name of names.flatMap((n) => [n, `${n}.gz`]))
      if (files.includes(name)) return fileLayout(join(path, name))
    const atomic = files.filter((name) => /\.inter(\.gz)?$/.test(name))
    if (atomic.length === 1) return fileLayout(join(path, atomic[0]!))
    const remedy =
      atomic.length > 1
        ? `Name one of ${atomic.join(', ')}.`
        : `Looked for ${names.join(', ')} (each also .gz) and one .inter file; or name the file itself.`
    throw new MarqueeError('no-ratings', 'this folder holds no file of ratings', { place: path, remedy })
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function fileLayout(ratings: string): Layout {
  const folder = dirname(ratings)
  const stem = basename(ratings).replace(/\.gz$/, '')
  const item = `${stem.slice(0, stem.length - extname(stem).length)}.item`
  const atomic = stem.endsWith('.inter') && readdirSync(folder).includes(item) ? item : null
  return { ratings, folder, atomic }
}
