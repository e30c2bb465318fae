import { namedMovie } from '../title.ts'
import {
  type Change,
  change,
  differences,
  type Edit,
  type Entry,
  emptyDocument,
  type ListName,
  type MovieBrief,
  type ProfileDocument,
  readDocument,
  redo,
  undo,
} from './document.ts'

/** The part of the Web Storage API that is used: tests bring their own. */
export interface KeyValue {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

export const profileKey = 'marquee.profile.v1'
/** Where an unreadable profile is put aside instead of being overwritten. */
export const asideKey = 'marquee.profile.unreadable'

export type Wanted = { readonly list: ListName; readonly id: string; readonly entry: Entry | null }

/**
 * The visitor's profile over a browser's storage. Every change reads what is there first, so that two tabs add up;
 * what another tab wrote arrives through {@link reload}. Listeners hear after each change.
 */
export class ProfileStore {
  readonly #storage: KeyValue | null
  readonly #now: () => string
  readonly #listeners = new Set<() => void>()
  readonly #editListeners = new Set<(edits: readonly Edit[]) => void>()
  #document: ProfileDocument
  #text: string | null = null
  /** Why nothing could be saved, in words; null while saving works. */
  problem: string | null = null

  constructor(storage: KeyValue | null, now: () => string = () => new Date().toISOString()) {
    this.#storage = storage
    this.#now = now
    this.#document = emptyDocument()
    if (storage === null)
      this.problem = 'This browser keeps nothing for this page: your ratings last until you close it.'
    this.#read()
  }

  get document(): ProfileDocument {
    return this.#document
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Hears what this tab changed, undo and redo included; not what came from another tab. */
  onEdits(listener: (edits: readonly Edit[]) => void): () => void {
    this.#editListeners.add(listener)
    return () => this.#editListeners.delete(listener)
  }

  /** Makes the entries so, as one step to undo. Returns whether anything changed. */
  change(label: string, wanted: readonly Wanted[]): boolean {
    return this.#update((document) => change(document, label, wanted, this.#now()))
  }

  /** Puts a rating in stars, or takes it back with null. A rated movie leaves the other lists. `said`: the rating in words, for Undo. */
  rate(
    movie: MovieBrief,
    rating: number | null,
    recommendation: string | null = null,
    said: string = String(rating),
  ): boolean {
    if (rating === null)
      return this.change(`took back the rating of ${namedMovie(movie)}`, [
        { list: 'ratings', id: movie.id, entry: null },
      ])
    return this.change(`rated ${namedMovie(movie)} ${said}`, [
      { list: 'ratings', id: movie.id, entry: this.entry(movie, rating, recommendation) },
      { list: 'dismissed', id: movie.id, entry: null },
      { list: 'watchlist', id: movie.id, entry: null },
      { list: 'watched', id: movie.id, entry: null },
    ])
  }

  /** Puts a movie in a list or takes it out. */
  mark(
    list: Exclude<ListName, 'ratings'>,
    movie: MovieBrief,
    on: boolean,
    recommendation: string | null = null,
  ): boolean {
    const name = namedMovie(movie)
    const words = {
      watchlist: on ? `put ${name} on the watchlist` : `took ${name} off the watchlist`,
      dismissed: on ? `not interested in ${name}` : `${name} may be recommended again`,
      watched: on ? `seen ${name}` : `not seen ${name}`,
    }
    return this.change(words[list], [
      { list, id: movie.id, entry: on ? this.entry(movie, null, recommendation) : null },
      ...(list === 'dismissed' && on ? [{ list: 'watchlist' as const, id: movie.id, entry: null }] : []),
      ...(list === 'watchlist' && on ? [{ list: 'dismissed' as const, id: movie.id, entry: null }] : []),
    ])
  }

  entry(movie: MovieBrief, rating: number | null, recommendation: string | null = null, time = this.#now()): Entry {
    const { id, title, year, genres } = movie
    return { movie: { id, title, year, genres: [...genres] }, rating, time, recommendation }
  }

  /** The step taken back, or null where there is none. */
  undo(): Change | null {
    this.#read()
    const last = this.#document.undo.at(-1) ?? null
    this.#update(undo)
    return last
  }

  redo(): Change | null {
    this.#read()
    const next = this.#document.redo.at(-1) ?? null
    this.#update(redo)
    return next
  }

  /** Forgets everything, the steps to undo too. */
  erase(): void {
    this.#document = emptyDocument()
    this.#text = null
    try {
      this.#storage?.removeItem(profileKey)
      this.#storage?.removeItem(asideKey)
    } catch (error) {
      this.problem = `This browser refuses to erase: ${(error as Error).message}`
    }
    this.#tell()
  }

  /** Takes over what another tab wrote. */
  reload(): void {
    if (this.#read()) this.#tell()
  }

  #update(next: (document: ProfileDocument) => ProfileDocument): boolean {
    this.#read()
    const before = this.#document
    const after = next(before)
    if (after === before) return false
    this.#document = after
    this.#write()
    const edits = differences(before, after)
    for (const listener of this.#editListeners) listener(edits)
    this.#tell()
    return true
  }

  /** Whether storage held something else than what this tab knows. */
  #read(): boolean {
    // What could not be written is not thrown away for the older state in storage.
    if (this.#storage === null || this.problem !== null) return false
    let text: string | null
    try {
      text = this.#storage.getItem(profileKey)
    } catch {
      return false
    }
    if (text === this.#text) return false
    this.#text = text
    if (text === null) {
      this.#document = emptyDocument()
      return true
    }
    let read: ReturnType<typeof readDocument> = null
    try {
      read = readDocument(JSON.parse(text))
    } catch {
      // Not JSON: as unreadable as the wrong version.
    }
    if (read === null) {
      try {
        this.#storage.setItem(asideKey, text)
      } catch {
        // No room for the copy: the original stays until the next change.
      }
      this.#document = emptyDocument()
    } else this.#document = read.document
    return true
  }

  #write(): void {
    if (this.#storage === null) return
    const text = JSON.stringify(this.#document)
    try {
      this.#storage.setItem(profileKey, text)
      this.#text = text
      this.problem = null
    } catch (error) {
      this.problem = `This browser could not save it (${(error as Error).name}): export your data before you close the page.`
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
