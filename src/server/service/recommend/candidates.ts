import type { RecommendQuery } from '../types.ts'
import type { Person } from './person.ts'
import type { ListSource } from './source.ts'

export interface Candidates {
  /** 1 for items that may be recommended. */
  readonly allowed: Uint8Array
  /** Why there are fewer than wanted; null where there are enough. */
  note(found: number, wanted: number): string | null
}

type Filters = Pick<RecommendQuery, 'exclude' | 'genres' | 'yearFrom' | 'yearTo' | 'includeSeen'>

/** Which items pass the filters, what the person has seen and the exclusions. */
export function candidatesOf(live: ListSource, person: Person, options: Filters): Candidates {
  const { exclude, genres, yearFrom, yearTo, includeSeen } = options
  const size = live.train.items.size
  const allowed = new Uint8Array(size)
  const reasons: string[] = []
  if (genres.length === 0) allowed.fill(1)
  else {
    const nowhere: string[] = []
    for (const genre of genres) {
      const mask = live.ofGenre(genre)
      if (mask) for (let item = 0; item < size; item++) allowed[item]! |= mask[item]!
      else nowhere.push(JSON.stringify(genre))
    }
    if (nowhere.length > 0) reasons.push(`no movie has the genre ${nowhere.join(' or ')} (GET /v1/genres lists them)`)
  }
  if (yearFrom !== undefined || yearTo !== undefined) {
    const { years } = live.items
    const [from, to] = [yearFrom ?? 1, yearTo ?? 9999]
    if (from > to) reasons.push(`yearFrom ${from} is after yearTo ${to}`)
    // A year of 0 is an unknown one, which is within no years.
    for (let item = 0; item < size; item++) if (years[item]! < from || years[item]! > to) allowed[item] = 0
  }
  const filtered = genres.length > 0 || yearFrom !== undefined || yearTo !== undefined
  let passing = 0
  if (filtered) for (let item = 0; item < size; item++) passing += allowed[item]!
  else passing = size
  const clear = (items: Iterable<number>): number => {
    let cleared = 0
    for (const item of items) {
      if (item < 0 || allowed[item] === 0) continue
      allowed[item] = 0
      cleared++
    }
    return cleared
  }
  const seen = includeSeen ? 0 : clear(person.seen)
  const hidden = clear(person.hidden)
  const excluded = exclude.length > 0 ? clear(exclude.map((id) => live.train.items.indexOf(id))) : 0
  return {
    allowed,
    note(found, wanted) {
      if (found >= wanted) return null
      const parts = [...reasons]
      if (filtered) parts.push(`${movies(passing)} of ${size} pass the filters of genre and year`)
      if (seen > 0) parts.push(`${movies(seen)} of them ${are(seen)} seen (includeSeen shows them)`)
      if (hidden > 0) parts.push(`${movies(hidden)} ${are(hidden)} marked "not interested"`)
      if (excluded > 0) parts.push(`${movies(excluded)} ${are(excluded)} excluded by the request`)
      if (parts.length === 0) parts.push(`there are only ${movies(size)}`)
      return `${found === 0 ? 'Nothing is left' : `Only ${movies(found)} ${are(found)} left`}: ${parts.join('; ')}.`
    },
  }
}

const movies = (n: number): string => `${n} ${n === 1 ? 'movie' : 'movies'}`
const are = (n: number): string => (n === 1 ? 'is' : 'are')
