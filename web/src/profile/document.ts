/** What the visitor has said, as kept in this browser. Plain data and pure functions; nothing here touches storage. */

/** The lists that a movie can stand in. `dismissed` is "not interested"; `watched` is seen without a rating. */
export const listNames = ['ratings', 'watchlist', 'dismissed', 'watched'] as const
export type ListName = (typeof listNames)[number]

/** Enough of a movie to show it without asking the server. */
export interface MovieBrief {
  readonly id: string
  readonly title: string
  readonly year: number | null
  readonly genres: readonly string[]
}

export interface Entry {
  readonly movie: MovieBrief
  /** Stars, 0.5 to 5; null in every list but `ratings`. */
  readonly rating: number | null
  /** ISO 8601: when it was said. */
  readonly time: string
  /** The recommendation that led to it, or null. */
  readonly recommendation: string | null
}

/** One movie's place in one list before and after. */
export interface Edit {
  readonly list: ListName
  readonly id: string
  readonly before: Entry | null
  readonly after: Entry | null
}

/** What is undone in one step. */
export interface Change {
  /** In words, as Undo names it: "rated Alien 5". */
  readonly label: string
  readonly time: string
  readonly edits: readonly Edit[]
}

export type Lists = { readonly [L in ListName]: Readonly<Record<string, Entry>> }

export interface ProfileDocument extends Lists {
  readonly version: 1
  /** Newest last. */
  readonly undo: readonly Change[]
  readonly redo: readonly Change[]
}

export const documentVersion = 1
/** Steps that can be undone. */
export const undoLimit = 100
/** An import is one step and may hold thousands of edits: so many edits are kept over all steps. */
export const undoEditLimit = 20_000

export function emptyDocument(): ProfileDocument {
  return { version: 1, ratings: {}, watchlist: {}, dismissed: {}, watched: {}, undo: [], redo: [] }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function validRating(value: unknown): value is number {
  return typeof value === 'number' && value >= 0.5 && value <= 5 && Number.isInteger(value * 2)
}

function readEntry(list: ListName, id: string, value: unknown): Entry | null {
  if (!isObject(value) || !isObject(value.movie) || typeof value.movie.title !== 'string') return null
  const rating = value.rating ?? null
  if (list === 'ratings' ? !validRating(rating) : rating !== null) return null
  const { title, year, genres } = value.movie
  return {
    movie: {
      id,
      title,
      year: typeof year === 'number' ? year : null,
      genres: Array.isArray(genres) ? genres.filter((genre): genre is string => typeof genre === 'string') : [],
    },
    rating: rating as number | null,
    time: typeof value.time === 'string' ? value.time : new Date(0).toISOString(),
    recommendation: typeof value.recommendation === 'string' ? value.recommendation : null,
  }
}

function readChanges(value: unknown): Change[] {
  if (!Array.isArray(value)) return []
  return value.filter(
    (change): change is Change =>
      isObject(change) &&
      typeof change.label === 'string' &&
      Array.isArray(change.edits) &&
      change.edits.every((edit) => isObject(edit) && listNames.includes(edit.list as ListName)),
  )
}

/**
 * A document from what storage or a file holds: entries that are not understood are left out and counted, so that one
 * bad entry does not cost the others. Null where it is no document at all, or of a version newer than this page.
 */
export function readDocument(value: unknown): { document: ProfileDocument; dropped: number } | null {
  if (!isObject(value) || value.version !== documentVersion) return null
  let dropped = 0
  const lists = Object.fromEntries(
    listNames.map((list) => {
      const given = isObject(value[list]) ? value[list] : {}
      const entries: [string, Entry][] = []
      for (const [id, entry] of Object.entries(given)) {
        const read = readEntry(list, id, entry)
        if (read === null) dropped += 1
        else entries.push([id, read])
      }
      return [list, Object.fromEntries(entries)]
    }),
  ) as unknown as Lists
  return {
    document: { version: 1, ...lists, undo: readChanges(value.undo), redo: readChanges(value.redo) },
    dropped,
  }
}

function withEdits(document: ProfileDocument, edits: readonly Edit[], side: 'before' | 'after'): Lists {
  const lists = Object.fromEntries(listNames.map((list) => [list, { ...document[list] }])) as Record<
    ListName,
    Record<string, Entry>
  >
  for (const edit of edits) {
    const entry = edit[side]
    if (entry === null) delete lists[edit.list][edit.id]
    else lists[edit.list][edit.id] = entry
  }
  return lists
}

function trimmed(changes: readonly Change[]): readonly Change[] {
  const kept = changes.slice(-undoLimit)
  let edits = 0
  let from = kept.length
  while (from > 0) {
    edits += kept[from - 1]!.edits.length
    // The newest step stays whatever its size: an import must be possible to undo.
    if (edits > undoEditLimit && from < kept.length) break
    from -= 1
  }
  return kept.slice(from)
}

/** How near two ratings of one movie must be in time to count as one step. */
const togetherMs = 2_000

/** The document after new entries (null: taken out), as one step that can be undone. The same document where nothing changes. */
export function change(
  document: ProfileDocument,
  label: string,
  wanted: readonly { readonly list: ListName; readonly id: string; readonly entry: Entry | null }[],
  time: string,
): ProfileDocument {
  const edits: Edit[] = []
  for (const { list, id, entry } of wanted) {
    const before = document[list][id] ?? null
    if (before === null && entry === null) continue
    if (before !== null && entry !== null && before.rating === entry.rating) continue
    edits.push({ list, id, before, after: entry })
  }
  if (edits.length === 0) return document
  const lists = withEdits(document, edits, 'after')
  const last = document.undo.at(-1)
  const again =
    last !== undefined &&
    edits.length === 1 &&
    last.edits.length === 1 &&
    edits[0]!.list === 'ratings' &&
    edits[0]!.after !== null &&
    last.edits[0]!.list === 'ratings' &&
    last.edits[0]!.after !== null &&
    last.edits[0]!.id === edits[0]!.id &&
    Date.parse(time) - Date.parse(last.time) < togetherMs
  const undo = again
    ? [...document.undo.slice(0, -1), { label, time, edits: [{ ...edits[0]!, before: last.edits[0]!.before }] }]
    : [...document.undo, { label, time, edits }]
  return { version: 1, ...lists, undo: trimmed(undo), redo: [] }
}

/** One step back; the same document where there is none. */
export function undo(document: ProfileDocument): ProfileDocument {
  const last = document.undo.at(-1)
  if (last === undefined) return document
  return {
    version: 1,
    ...withEdits(document, last.edits, 'before'),
    undo: document.undo.slice(0, -1),
    redo: [...document.redo, last],
  }
}

/** One step forward again; the same document where there is none. */
export function redo(document: ProfileDocument): ProfileDocument {
  const next = document.redo.at(-1)
  if (next === undefined) return document
  return {
    version: 1,
    ...withEdits(document, next.edits, 'after'),
    undo: [...document.undo, next],
    redo: document.redo.slice(0, -1),
  }
}

/** Every edit that leads from one document to another, for telling the server. */
export function differences(from: Lists, to: Lists): Edit[] {
  const edits: Edit[] = []
  for (const list of listNames) {
    if (from[list] === to[list]) continue
    for (const id of new Set([...Object.keys(from[list]), ...Object.keys(to[list])])) {
      const before = from[list][id] ?? null
      const after = to[list][id] ?? null
      if (before !== after && (before?.rating !== after?.rating || (before === null) !== (after === null)))
        edits.push({ list, id, before, after })
    }
  }
  return edits
}

/** Newest first. */
export function newestFirst(entries: Readonly<Record<string, Entry>>): Entry[] {
  return Object.values(entries).sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0))
}
