import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { ItemTable } from '../dataset.ts'
import type { Vocabulary } from '../vocabulary.ts'
import { peekFile, readChunks } from './bytes.ts'
import { dialectOf, splitLine } from './columns.ts'
import { type Dialect, RecordReader } from './records.ts'
import { firstLine } from './text.ts'

/** Collects what is known of the items of a vocabulary; facts of other items are passed over. */
export class ItemFacts {
  /** Rows of item files that could not be read. */
  rejected = 0
  readonly files: string[] = []
  private readonly items: Vocabulary
  private readonly titles: (string | null)[]
  private readonly years: Int16Array
  private readonly genres: (readonly string[])[]
  private readonly tags: (Map<string, number> | null)[]
  private readonly imdb: (string | null)[]
  private readonly tmdb: (string | null)[]

  constructor(items: Vocabulary) {
    this.items = items
    this.titles = new Array<null>(items.size).fill(null)
    this.years = new Int16Array(items.size)
    this.genres = new Array<readonly string[]>(items.size).fill([])
    this.tags = new Array<null>(items.size).fill(null)
    this.imdb = new Array<null>(items.size).fill(null)
    this.tmdb = new Array<null>(items.size).fill(null)
  }

  indexOf(id: string): number {
    return this.items.indexOf(id)
  }

  title(item: number, title: string): void {
    if (title === '') return
    this.titles[item] = title
    const year = yearOf(title)
    if (year > 0) this.years[item] = year
  }

  year(item: number, year: number): void {
    if (Number.isInteger(year) && year > 0 && year < 10_000) this.years[item] = year
  }

  /** "(no genres listed)" and "unknown" say that there are none. */
  genre(item: number, genres: readonly string[]): void {
    this.genres[item] = genres.map((g) => g.trim()).filter((g) => !/^(|unknown|\(no genres listed\))$/.test(g))
  }

  tag(item: number, tag: string): void {
    const text = tag.trim()
    if (text === '') return
    this.tags[item] ??= new Map()
    const tags = this.tags[item]!
    tags.set(text, (tags.get(text) ?? 0) + 1)
  }

  links(item: number, imdb: string, tmdb: string): void {
    if (imdb !== '') this.imdb[item] = imdb
    if (tmdb !== '') this.tmdb[item] = tmdb
  }

  table(): ItemTable {
    const none: ItemTable['tags'][number] = []
    return {
      titles: this.titles.map((title, k) => title ?? this.items.id(k)),
      years: this.years,
      genres: this.genres,
      tags: this.tags.map((tags) =>
        tags === null
          ? none
          : [...tags]
              .map(([tag, count]) => ({ tag, count }))
              .sort((a, b) => b.count - a.count || (a.tag < b.tag ? -1 : 1)),
      ),
      imdb: this.imdb,
      tmdb: this.tmdb,
    }
  }
}

/** The year at the end of a title, "Toy Story (1995)" or "Show, The (1995-1998)"; 0 where there is none. */
export function yearOf(title: string): number {
  const match = /\((\d{4})(?:[-–]\d{0,4})?\)\s*$/.exec(title)
  return match ? Number(match[1]) : 0
}

/** Reads every file of item facts that lies in a folder: MovieLens' in all layouts, items.csv, and one RecBole .item. */
export async function readItems(
  folder: string,
  facts: ItemFacts,
  atomic: string | null,
  signal?: AbortSignal,
): Promise<void> {
  const read = async (
    name: string,
    dialect: Dialect | null,
    visit: (record: RecordReader, names: readonly string[]) => void,
  ): Promise<void> => {
    const path = join(folder, name)
    if (existsSync(path)) await readTable(path, dialect, facts, visit, signal)
  }
  const genreNames: string[] = []
  await read('u.genre', { delimiter: '|', quotes: false }, (r) => {
    if (r.fields === 2) genreNames[Number(r.text(1))] = r.text(0)
  })
  await read('u.item', { delimiter: '|', quotes: false }, (r) => {
    const item = facts.indexOf(r.text(0))
    if (item < 0) return
    facts.title(item, r.text(1))
    facts.genre(
      item,
      genreNames.filter((_, k) => 5 + k < r.fields && r.text(5 + k) === '1'),
    )
  })
  const colons = { delimiter: '::', quotes: false }
  await read('movies.dat', colons, (r) => {
    const item = facts.indexOf(r.text(0))
    if (item < 0 || r.fields !== 3) return
    facts.title(item, r.text(1))
    facts.genre(item, r.text(2).split('|'))
  })
  await read('tags.dat', colons, (r) => {
    const item = r.fields === 4 ? facts.indexOf(r.text(1)) : -1
    if (item >= 0) facts.tag(item, r.text(2))
  })
  for (const name of ['movies.csv', 'items.csv', 'tags.csv', 'links.csv']) await read(name, null, named(facts))
  if (atomic !== null) await read(atomic, null, named(facts))
}

const columnNames = {
  item: ['movieid', 'itemid', 'item', 'movie'],
  title: ['title', 'movietitle', 'itemtitle', 'name', 'itemname'],
  year: ['year', 'releaseyear'],
  genres: ['genres', 'genre', 'class', 'category', 'categories'],
  tag: ['tag'],
  imdb: ['imdb', 'imdbid'],
  tmdb: ['tmdb', 'tmdbid'],
} as const

/** Reads a row of a table whose header names its columns. */
function named(facts: ItemFacts): (record: RecordReader, names: readonly string[]) => void {
  let seen: readonly string[] | null = null
  let at: Record<keyof typeof columnNames, number>
  return (record, names) => {
    if (seen !== names) {
      seen = names
      const plain = names.map((n) =>
        n
          .replace(/:.*$/, '')
          .toLowerCase()
          .replace(/[^a-z]/g, ''),
      )
      const find = (aliases: readonly string[]): number => plain.findIndex((n) => aliases.includes(n))
      at = Object.fromEntries(Object.entries(columnNames).map(([key, list]) => [key, find(list)])) as typeof at
    }
    if (at.item < 0) return
    const item = facts.indexOf(record.text(at.item))
    if (item < 0) return
    const text = (column: number): string => (column < 0 ? '' : record.text(column))
    facts.title(item, text(at.title))
    if (at.year >= 0) facts.year(item, Number.parseInt(text(at.year), 10))
    // RecBole's token_seq stands apart by spaces; everybody else uses bars.
    if (at.genres >= 0) facts.genre(item, text(at.genres).split(names[at.genres]!.endsWith(':token_seq') ? ' ' : '|'))
    if (at.tag >= 0) facts.tag(item, text(at.tag))
    facts.links(item, text(at.imdb), text(at.tmdb))
  }
}

async function readTable(
  path: string,
  given: Dialect | null,
  facts: ItemFacts,
  visit: (record: RecordReader, names: readonly string[]) => void,
  signal?: AbortSignal,
): Promise<void> {
  const file = await peekFile(path)
  const line = firstLine(file.head)
  const dialect = given ?? dialectOf(path, line)
  let names: readonly string[] | null = given ? [] : null
  facts.files.push(path)
  await new RecordReader(basename(path), dialect).each(
    readChunks(path, file.kind === 'gzip', undefined, signal),
    (record) => {
      if (names === null) names = splitLine(line, dialect)
      else if (!given && record.fields !== names.length) facts.rejected++
      else visit(record, names)
    },
    () => {
      facts.rejected++
    },
  )
}
