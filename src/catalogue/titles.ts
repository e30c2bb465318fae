import { MarqueeError } from '../core/errors.ts'
import type { ItemTable } from '../data/dataset.ts'
import type { Vocabulary } from '../data/vocabulary.ts'
import { fold, likeness, parseTitle } from './title-words.ts'

export interface TitleMatch {
  readonly item: number
  readonly title: string
  /** False where the text is not the title itself (letter case aside): then the choice is worth showing. */
  readonly exact: boolean
}

interface Name {
  readonly item: number
  /** Folded, without its article. */
  readonly text: string
  /** Folded, with its article in front. */
  readonly full: string
  readonly tokens: readonly string[]
  /** The name before the parentheses; false for an alternative name. */
  readonly main: boolean
}

interface Scored {
  readonly item: number
  readonly score: number
}

/** The least score that counts as a match, and the lead over the next one that makes it the only one. */
const enough = 0.62
const lead = 0.04
const shown = 6

/**
 * Finds movies by what people type. In this order: an id as `#1` or `id:1`; the title letter by letter; the title
 * without regard to case, diacritics and signs; a name of the movie (article moved, year left out, alternative name);
 * and the nearest name by letters and words.
 */
export class TitleIndex {
  private readonly titles: readonly string[]
  private readonly years: Int16Array
  private readonly ids: Vocabulary
  /** Ratings per item: orders candidates, decides nothing. */
  private readonly counts: ArrayLike<number>
  private names: Name[] | null = null

  constructor(items: Pick<ItemTable, 'titles' | 'years'>, ids: Vocabulary, counts: ArrayLike<number> = []) {
    this.titles = items.titles
    this.years = items.years
    this.ids = ids
    this.counts = counts
  }

  /** The movie meant. Throws `unknown-item` with the nearest titles, or `ambiguous-title` with the candidates. */
  find(text: string): TitleMatch {
    const wanted = text.trim()
    const numbered = /^(?:#|id:)\s*(.+)$/i.exec(wanted)
    if (numbered) return this.byId(numbered[1]!)
    const same = this.every((title) => title === wanted)
    if (same.length > 0) return this.only(text, same, true)
    const folded = fold(wanted)
    const alike = folded === '' ? [] : this.every((title) => fold(title) === folded)
    if (alike.length > 0) return this.only(text, alike, true)
    if (folded === '') throw this.unknown(text, [])
    return this.byName(text, wanted)
  }

  private byId(id: string): TitleMatch {
    const item = this.ids.indexOf(id)
    if (item >= 0) return { item, title: this.titles[item]!, exact: true }
    throw new MarqueeError('unknown-item', `there is no movie with the id ${id}`, {
      remedy: 'Give a title, or an id of the data set.',
    })
  }

  private byName(text: string, wanted: string): TitleMatch {
    const { query, year } = this.readQuery(wanted)
    const names = this.allNames().filter((name) => year === null || this.yearOf(name.item) === year)
    const equal = names.filter((name) => name.text === query || name.full === query)
    for (const main of [true, false]) {
      const items = [...new Set(equal.filter((name) => name.main === main).map((name) => name.item))]
      if (items.length > 0) return this.only(text, items, false)
    }
    const ranked = this.rank(query, names)
    const best = ranked[0]
    if (!best || best.score < enough) {
      const nearest = year === null ? ranked : this.rank(query, this.allNames())
      throw this.unknown(
        text,
        nearest.map(({ item }) => item),
      )
    }
    const rivals = ranked.filter(({ score }) => score > best.score - lead).map(({ item }) => item)
    return this.only(text, rivals, false)
  }

  /** A year behind the name, with or without parentheses, is a year only if what is left is a name too. */
  private readQuery(wanted: string): { query: string; year: number | null } {
    const parts = parseTitle(wanted)
    const bare = /^(.*\S)\s+((?:18|19|20)\d\d)$/.exec(wanted)
    if (parts.year === null && bare && !this.allNames().some((name) => name.full === fold(wanted))) {
      return { query: fullName(parseTitle(bare[1]!).names[0]), year: Number(bare[2]) }
    }
    return { query: fullName(parts.names[0]) || fold(wanted), year: parts.year }
  }

  private rank(query: string, names: readonly Name[]): Scored[] {
    const tokens = query.split(' ')
    const best = new Map<number, number>()
    for (const name of names) {
      const score = scoreOf(query, tokens, name) - (name.main ? 0 : 0.01)
      if (score > (best.get(name.item) ?? 0)) best.set(name.item, score)
    }
    return [...best]
      .map(([item, score]) => ({ item, score }))
      .sort((a, b) => b.score - a.score || this.countOf(b.item) - this.countOf(a.item) || a.item - b.item)
  }

  private only(text: string, items: readonly number[], exact: boolean): TitleMatch {
    if (items.length === 1) return { item: items[0]!, title: this.titles[items[0]!]!, exact }
    const ordered = [...items].sort((a, b) => this.countOf(b) - this.countOf(a) || a - b)
    throw new MarqueeError('ambiguous-title', `"${text}" fits ${items.length} movies: ${this.list(ordered)}`, {
      remedy: `Add the year, or give the id: "#${this.ids.id(ordered[0]!)}".`,
    })
  }

  private unknown(text: string, nearest: readonly number[]): MarqueeError {
    return new MarqueeError('unknown-item', `there is no movie like "${text}"`, {
      remedy:
        nearest.length === 0 ? 'Give a title or "#id".' : `The nearest titles: ${this.list(nearest.slice(0, 4))}.`,
    })
  }

  private list(items: readonly number[]): string {
    const named = items.slice(0, shown).map((item) => `${this.titles[item]} (#${this.ids.id(item)})`)
    return named.join('; ') + (items.length > shown ? `; and ${items.length - shown} more` : '')
  }

  private every(test: (title: string) => boolean): number[] {
    const found: number[] = []
    for (let item = 0; item < this.titles.length; item++) if (test(this.titles[item]!)) found.push(item)
    return found
  }

  private allNames(): Name[] {
    this.names ??= this.titles.flatMap((title, item) =>
      parseTitle(title).names.map((name, place) => ({
        item,
        text: name.text,
        full: fullName(name),
        tokens: fullName(name).split(' '),
        main: place === 0,
      })),
    )
    return this.names
  }

  private yearOf(item: number): number {
    return this.years[item] || (parseTitle(this.titles[item]!).year ?? 0)
  }

  private countOf(item: number): number {
    return this.counts[item] ?? 0
  }
}

const fullName = (name: { text: string; article: string } | undefined): string =>
  name ? `${name.article} ${name.text}`.trim() : ''

/**
 * How well a query fits a name, in [0, 1]: the likeness of the whole, or the share of the query's words that are found
 * in the name (three quarters) and of the name's words that were asked for (one quarter), whichever is more.
 * Words count by their length, so that "the" decides little.
 */
function scoreOf(query: string, tokens: readonly string[], name: Name): number {
  const numbered = tokens.every((token) => !isNumber(token) || name.tokens.some((word) => sameWord(token, word)))
  const whole = numbered ? Math.max(likeness(query, name.full, enough), likeness(query, name.text, enough)) : 0
  let asked = 0
  let found = 0
  let covered = 0
  const free = [...name.tokens]
  for (const token of tokens) {
    asked += weightOf(token)
    let best = 0
    let at = -1
    for (let i = 0; i < free.length; i++) {
      const value = wordLikeness(token, free[i]!)
      if (value > best) {
        best = value
        at = i
      }
    }
    if (at < 0) continue
    found += best * weightOf(token)
    covered += best * weightOf(free[at]!)
    free.splice(at, 1)
  }
  const length = name.tokens.reduce((sum, token) => sum + weightOf(token), 0)
  return Math.max(whole, found === 0 ? 0 : (0.75 * found) / asked + (0.25 * covered) / length - 0.02)
}

const isNumber = (token: string): boolean => /^\d+$/.test(token) || token in roman

/** A number tells the parts of a series apart, so it counts as much as a word. */
const weightOf = (token: string): number => (isNumber(token) ? 4 : token.length)

/** Those that cannot be a word or an initial. */
const roman: Readonly<Record<string, string>> = { ii: '2', iii: '3', iv: '4', vi: '6', vii: '7', viii: '8', ix: '9' }

const sameWord = (a: string, b: string): boolean => (roman[a] ?? a) === (roman[b] ?? b)

function wordLikeness(asked: string, word: string): number {
  if (sameWord(asked, word)) return 1
  if (asked.length >= 3 && word.startsWith(asked)) return 0.9
  return asked.length >= 4 ? likeness(asked, word, 0.7) : 0
}
