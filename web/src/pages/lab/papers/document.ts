/**
 * The results.json that `marquee reproduce` writes, as far as the page shows it. The server passes it on as it is, so that it
 * may be of another version: what is not understood is left out, never an error.
 */
export interface Figure {
  readonly published: number | null
  /** null where it is absent; then `word` and `reason` say why. */
  readonly mean: number | null
  readonly sd: number | null
  readonly difference: number | null
  readonly runs: number
  readonly word: string
  readonly reason: string
}

export interface Table {
  readonly kind: 'table'
  readonly columns: readonly {
    readonly header: string
    readonly digits: number
    readonly better: 'lower' | 'higher' | null
  }[]
  readonly rows: readonly {
    readonly label: string
    readonly tone: string | null
    readonly figures: readonly (Figure | null)[]
  }[]
}
export interface Curves {
  readonly kind: 'curves'
  readonly yLabel: string
  readonly series: readonly {
    readonly label: string
    readonly points: readonly { x: number; y: number }[]
    readonly absent: string | null
  }[]
}
export interface Distribution {
  readonly kind: 'distribution'
  readonly of: 'ratings' | 'ratings-per-movie'
  /** Value or rank, and count. */
  readonly points: readonly { readonly at: number; readonly count: number }[]
  readonly absent: string | null
}
/** Everything that is plain rows: checks, pairs, facts, lists of similar movies, clusters. */
export interface Rows {
  readonly kind: 'rows'
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly absent: readonly string[]
}
export interface Words {
  readonly kind: 'words'
  readonly words: string
}

export interface Exhibit {
  readonly id: string
  readonly label: string
  readonly title: string
  readonly text: string
  readonly notes: readonly Note[]
  readonly content: Table | Curves | Distribution | Rows | Words
}
export interface Note {
  readonly kind: string
  readonly text: string
}
export interface Paper {
  readonly name: string
  readonly title: string
  readonly authors: string
  readonly claim: string
  readonly protocol: readonly string[]
  readonly selection: string
  readonly notes: readonly Note[]
  readonly findings: readonly string[]
  readonly seeds: readonly number[]
  /** Where its figures were computed, in words. */
  readonly machines: readonly string[]
  readonly exhibits: readonly Exhibit[]
}
export interface Report {
  readonly version: string
  /** A quick run shows that everything runs: its figures must not be compared with the papers'. */
  readonly quick: boolean
  readonly command: string
  readonly papers: readonly Paper[]
}

type Raw = Readonly<Record<string, unknown>>
const isRaw = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value)
const raw = (value: unknown): Raw => (isRaw(value) ? value : {})
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const texts = (value: unknown): string[] => list(value).map(text)
const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)

export function reportOf(document: unknown): Report {
  const { version, quick, command, papers } = raw(document)
  return {
    version: text(version),
    quick: quick === true,
    command: text(command),
    papers: list(papers).map((paper) => paperOf(raw(paper))),
  }
}

function paperOf(paper: Raw): Paper {
  return {
    name: text(paper.name),
    title: text(paper.title),
    authors: text(paper.authors),
    claim: text(paper.claim),
    protocol: texts(paper.protocol),
    selection: text(paper.selection),
    notes: notesOf(paper.notes),
    findings: texts(paper.findings),
    machines: texts(paper.machines),
    seeds: list(paper.seeds).flatMap((seed) => number(seed) ?? []),
    exhibits: list(paper.exhibits).flatMap((exhibit) => exhibitOf(raw(exhibit)) ?? []),
  }
}

const notesOf = (notes: unknown): Note[] =>
  list(notes).map((note) => ({ kind: text(raw(note).kind), text: text(raw(note).text) }))

function exhibitOf(exhibit: Raw): Exhibit | null {
  const content = contentOf(exhibit)
  if (!content) return null
  const { id, label, title, notes } = exhibit
  return {
    id: text(id),
    label: text(label),
    title: text(title),
    text: text(exhibit.text),
    notes: notesOf(notes),
    content,
  }
}

function contentOf(exhibit: Raw): Exhibit['content'] | null {
  switch (exhibit.kind) {
    case 'table':
      return {
        kind: 'table',
        columns: list(exhibit.columns).map((column) => {
          const { header, digits, better } = raw(column)
          return {
            header: text(header),
            digits: number(digits) ?? 4,
            better: better === 'lower' || better === 'higher' ? better : null,
          }
        }),
        rows: list(exhibit.rows).map((row) => ({
          label: text(raw(row).label),
          tone: text(raw(row).tone) || null,
          figures: list(raw(row).figures).map(figureOf),
        })),
      }
    case 'bars':
      return {
        kind: 'table',
        columns: texts(exhibit.metrics).map((header) => ({ header, digits: 4, better: null })),
        rows: list(exhibit.bars).map((bar) => ({
          label: text(raw(bar).label),
          tone: null,
          figures: list(raw(bar).figures).map(figureOf),
        })),
      }
    case 'curves':
      return {
        kind: 'curves',
        yLabel: text(exhibit.yLabel),
        series: list(exhibit.series).map((one) => ({
          label: text(raw(one).label),
          absent: text(raw(one).absent) || null,
          points: list(raw(one).points).flatMap((point) => {
            const [x, y] = [number(raw(point).x), number(raw(point).y)]
            return x === null || y === null ? [] : [{ x, y }]
          }),
        })),
      }
    case 'distribution': {
      const ratings = exhibit.of === 'ratings'
      const entries = list(raw(exhibit.facts)[ratings ? 'histogram' : 'perItem'])
      return {
        kind: 'distribution',
        of: ratings ? 'ratings' : 'ratings-per-movie',
        absent: typeof exhibit.facts === 'string' ? exhibit.facts : null,
        points: entries.flatMap((entry) => {
          const [at, count] = [number(raw(entry)[ratings ? 'value' : 'rank']), number(raw(entry).count)]
          return at === null || count === null ? [] : [{ at, count }]
        }),
      }
    }
    case 'checks':
      return rows(
        ['figure', 'paper', 'ours', 'remark'],
        list(exhibit.checks).map((check) => {
          const { label, published, value, reason, remark } = raw(check)
          return [text(label), plain(published), value === null ? text(reason) : plain(value), text(remark)]
        }),
      )
    case 'pairs':
      return rows(
        ['user', 'movie', 'paper', 'ours'],
        list(exhibit.pairs).map((pair) => {
          const { user, item, published, prediction } = raw(pair)
          return [text(user), text(item), plain(published), plain(prediction)]
        }),
        text(exhibit.absent) === '' ? [] : [text(exhibit.absent)],
      )
    case 'facts':
      return rows(
        ['figure', ...texts(exhibit.columns)],
        list(exhibit.rows).map((row) => [text(raw(row).label), ...list(raw(row).values).map(plain)]),
        texts(exhibit.absent),
      )
    case 'similar': {
      const absent: string[] = []
      const found = list(exhibit.lists).flatMap((one) => {
        const ours = list(raw(one).ours).map(raw)
        const all = [{ header: 'paper', movies: raw(one).published }, ...ours]
        return all.flatMap(({ header, movies }) => {
          if (!Array.isArray(movies)) {
            absent.push(`${text(header)}: ${text(raw(movies).missing)}`)
            return []
          }
          return movies.map((movie, n) => [
            text(raw(one).title),
            text(header),
            String(n + 1),
            text(raw(movie).title),
            plain(raw(movie).similarity),
          ])
        })
      })
      return rows(['movie', 'list', 'rank', 'similar movie', 'similarity'], found, absent)
    }
    case 'clusters': {
      if (!Array.isArray(exhibit.clusters)) return { kind: 'words', words: text(raw(exhibit.clusters).missing) }
      return rows(
        ['unit', 'movies', 'genres'],
        exhibit.clusters.map((cluster) => {
          const { unit, movies, genres } = raw(cluster)
          const words = Object.entries(raw(genres)).map(([name, value]) => `${name} ${plain(value)}`)
          return [plain(unit), texts(movies).join('; '), words.join(', ')]
        }),
      )
    }
    case 'map':
      return { kind: 'words', words: text(raw(exhibit.map).words) || text(raw(exhibit.map).missing) }
    default:
      return null
  }
}

const rows = (
  header: readonly string[],
  found: readonly (readonly string[])[],
  absent: readonly string[] = [],
): Rows => ({
  kind: 'rows',
  header,
  rows: found,
  absent,
})

function plain(value: unknown): string {
  if (typeof value !== 'number') return typeof value === 'string' ? value : '–'
  return Number.isInteger(value) ? value.toLocaleString('en') : String(Number(value.toPrecision(4)))
}

function figureOf(figure: unknown): Figure | null {
  if (!isRaw(figure)) return null
  return {
    published: number(figure.published),
    mean: number(figure.mean),
    sd: number(figure.sd),
    difference: number(figure.difference),
    runs: list(figure.values).length,
    word: text(figure.word),
    reason: text(figure.reason),
  }
}
