import { MarqueeError } from '../../core/errors.ts'
import type { ColumnMapping } from '../options.ts'
import type { Dialect } from './records.ts'

/** Where the columns of a table of ratings are, from 0; null where there is none. */
export interface ColumnPlaces {
  readonly user: number
  readonly item: number
  readonly rating: number | null
  readonly timestamp: number | null
}

/** Names as they are compared: small letters and digits only, without RecBole's ":type". */
function plainName(name: string): string {
  return name
    .replace(/:(token|token_seq|float|float_seq)$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
}

const aliases = {
  user: ['user', 'userid', 'uid', 'users', 'userindex', 'customer', 'customerid', 'reviewerid', 'viewer', 'viewerid'],
  item: ['item', 'itemid', 'iid', 'movie', 'movieid', 'mid', 'film', 'filmid', 'asin', 'productid', 'isbn'],
  rating: ['rating', 'ratings', 'score', 'stars', 'star', 'value', 'overall', 'preference', 'label'],
  timestamp: ['timestamp', 'ts', 'time', 'datetime', 'date', 'unixtime', 'unixreviewtime', 'ratedat', 'createdat'],
} as const

type Role = keyof typeof aliases
const roles: readonly Role[] = ['user', 'item', 'rating', 'timestamp']

/** Places by a header's names and the mapping, or null where it names no user or no item. Throws for a wrong mapping. */
export function placesByName(names: readonly string[], mapping: ColumnMapping, place: string): ColumnPlaces | null {
  const found: Record<Role, number | null> = { user: null, item: null, rating: null, timestamp: null }
  for (const role of roles) {
    const given = mapping[role]
    if (typeof given === 'number') found[role] = positionOf(given, names.length, role, place)
    else if (given !== undefined) {
      const exact = names.indexOf(given)
      const at = exact >= 0 ? exact : names.findIndex((name) => plainName(name) === plainName(given))
      if (at < 0) {
        throw new MarqueeError('wrong-columns', `there is no column "${given}" for the ${role}`, {
          place,
          remedy: `The columns are ${list(names)}.`,
        })
      }
      found[role] = at
    }
  }
  for (const role of roles) {
    if (found[role] !== null) continue
    for (const alias of aliases[role]) {
      const at = names.findIndex((name, k) => plainName(name) === alias && !Object.values(found).includes(k))
      if (at >= 0) {
        found[role] = at
        break
      }
    }
  }
  const { user, item, rating, timestamp } = found
  return user === null || item === null ? null : { user, item, rating, timestamp }
}

/** Places where there is no header: as mapped by position, else user, item, rating, timestamp in this order. */
export function placesByOrder(fields: number, mapping: ColumnMapping, place: string): ColumnPlaces {
  const at = (role: Role, usual: number): number | null => {
    const given = mapping[role]
    if (typeof given === 'number') return positionOf(given, fields, role, place)
    const free = mapping.user === undefined && !Object.values(mapping).includes(usual + 1)
    return free && usual < fields ? usual : null
  }
  const user = at('user', 0)
  const item = at('item', 1)
  if (user === null || item === null) throw unknownColumns([], place)
  return { user, item, rating: at('rating', 2), timestamp: at('timestamp', 3) }
}

/** The error for a table whose columns cannot be told apart. */
export function unknownColumns(names: readonly string[], place: string): MarqueeError {
  const seen = names.length > 0 ? `: the first line reads ${list(names)}` : ''
  return new MarqueeError('wrong-columns', `it is not clear which column is the user and which the item${seen}`, {
    place,
    remedy: 'Name them user, item, rating and timestamp, or map them: columns user=NAME,item=NAME,rating=NAME.',
  })
}

function positionOf(position: number, fields: number, role: Role, place: string): number {
  if (Number.isInteger(position) && position >= 1 && position <= fields) return position - 1
  throw new MarqueeError('wrong-columns', `column ${position} for the ${role} is not one of 1 to ${fields}`, { place })
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => `"${name.slice(0, 40)}"`)
  return shown.join(', ') + (names.length > shown.length ? ', …' : '')
}

/** The fields of one line, for looking at a header; the reader of records is for the data. */
export function splitLine(line: string, { delimiter, quotes }: Dialect): string[] {
  if (!quotes || !line.includes('"')) return line.split(delimiter).map((field) => field.trim())
  const fields: string[] = []
  let p = 0
  while (p <= line.length) {
    if (line[p] === '"') {
      let q = p + 1
      while (q < line.length && (line[q] !== '"' || line[q + 1] === '"')) q += line[q] === '"' ? 2 : 1
      fields.push(line.slice(p + 1, q).replaceAll('""', '"'))
      const next = line.indexOf(delimiter, q)
      p = next < 0 ? line.length + 1 : next + delimiter.length
    } else {
      const next = line.indexOf(delimiter, p)
      fields.push(line.slice(p, next < 0 ? undefined : next).trim())
      p = next < 0 ? line.length + 1 : next + delimiter.length
    }
  }
  return fields
}

/** The dialect of a file: the delimiter its name promises if the first line has it, else the one that makes most fields. */
export function dialectOf(path: string, firstLine: string): Dialect {
  const name = path.replace(/\.gz$/i, '').toLowerCase()
  // RecBole's atomic files and MovieLens' tab and "::" files never quote: a quote there is part of a title.
  const quotes = !/\.(inter|item|user|dat|data|base|test)$/.test(name) || firstLine.startsWith('"')
  const dialect = (delimiter: string): Dialect => ({ delimiter, quotes: quotes && delimiter !== '::' })
  const fields = (delimiter: string): number => splitLine(firstLine, dialect(delimiter)).length
  const promised = name.endsWith('.csv') ? ',' : /\.(tsv|inter|item|user|data|base|test)$/.test(name) ? '\t' : '::'
  if (fields(promised) > 1) return dialect(promised)
  let best = promised === '::' ? '\t' : promised
  for (const delimiter of ['::', '\t', ',', ';', '|']) if (fields(delimiter) > fields(best)) best = delimiter
  return dialect(best)
}
