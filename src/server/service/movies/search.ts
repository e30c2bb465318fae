import MiniSearch from 'minisearch'
import { fold, likeness, parseTitle } from '../../../catalogue/title-words.ts'
import type { StoredMovie } from '../../../store/store.ts'

/** Added to the index at once before others get a turn: 2 to 4 ms. */
const chunk = 200
/** Edits forgiven in a word of three or four letters, and for each letter of a longer one. */
const fuzzy = { short: 1, long: 0.25 }
/** Matches that are weighed by their likeness to the whole query; the others keep their order. */
const weighed = 200

/** The word with each two neighbouring letters exchanged; none for short words, where that makes other words. */
function swapped(word: string): string[] {
  if (word.length < 4) return []
  return Array.from({ length: word.length - 1 }, (_, n) => {
    return word.slice(0, n) + word[n + 1] + word[n] + word.slice(n + 2)
  }).filter((other) => other !== word)
}

/** Titles by what people type: typing errors, beginnings of words, moved articles, other names in parentheses. */
export class TitleSearch {
  private readonly index: MiniSearch
  private readonly names: readonly (readonly string[])[]
  private readonly ratings: (place: number) => number

  private constructor(index: MiniSearch, names: readonly (readonly string[])[], ratings: (place: number) => number) {
    this.index = index
    this.names = names
    this.ratings = ratings
  }

  /** `pause` gives others their turn. */
  static async create(
    movies: readonly Pick<StoredMovie, 'title'>[],
    ratings: (place: number) => number,
    pause: () => Promise<unknown> = () => new Promise(setImmediate),
  ): Promise<TitleSearch> {
    const index = new MiniSearch({
      fields: ['title'],
      tokenize: (text) => fold(text).split(' '),
      processTerm: (term) => term || null,
    })
    const names: string[][] = []
    for (let from = 0; from < movies.length; from += chunk) {
      const some = movies.slice(from, from + chunk)
      index.addAll(some.map(({ title }, n) => ({ id: from + n, title })))
      for (const { title } of some) {
        names.push(
          parseTitle(title).names.flatMap(({ text, article }) => (article ? [text, `${article} ${text}`] : [text])),
        )
      }
      await pause()
    }
    return new TitleSearch(index, names, ratings)
  }

  /** Places of movies, the likeliest first: the name itself, then names that begin with it, then by words found and ratings. */
  find(query: string): number[] {
    const wanted = fold(query)
    if (wanted === '') return []
    const options = {
      prefix: (term: string, n: number, terms: string[]) => n === terms.length - 1 || term.length >= 4,
      fuzzy: (term: string) =>
        term.length < 3 || /^\d+$/.test(term) ? false : term.length < 5 ? fuzzy.short : fuzzy.long,
      weights: { fuzzy: 0.6, prefix: 0.8 },
    }
    // Two letters that changed places ("stroy") are two edits to the index, and one slip of the fingers.
    const words = wanted.split(' ')
    const queries = words.map((word, n) => ({
      combineWith: 'OR' as const,
      queries: [word, { queries: swapped(word), combineWith: 'OR' as const, fuzzy: false, prefix: false }],
      ...{ fuzzy: options.fuzzy(word), prefix: options.prefix(word, n, words) },
    }))
    let found = this.index.search({ combineWith: 'AND', queries, weights: options.weights })
    // One word too many ("alien ridley scott") should not leave an empty page.
    if (found.length === 0) found = this.index.search(query, { ...options, combineWith: 'OR' }).slice(0, 200)
    const likely = found
      .map(({ id, score }) => ({ place: id as number, value: score * (1 + Math.log1p(this.ratings(id as number))) }))
      .sort((a, b) => b.value - a.value || a.place - b.place)
    const first = likely
      .slice(0, weighed)
      .map(({ place, value }) => ({ place, value: value * this.weight(place, wanted) }))
    first.sort((a, b) => b.value - a.value || a.place - b.place)
    return [...first, ...likely.slice(weighed)].map(({ place }) => place)
  }

  /** How much more a movie is meant for its name as a whole. */
  private weight(place: number, wanted: string): number {
    const names = this.names[place]!
    if (names.includes(wanted)) return 20
    if (names.some((name) => name.startsWith(wanted))) return 3
    return 1 + 4 * Math.max(0, ...names.map((name) => likeness(wanted, name, 0.7)))
  }
}
