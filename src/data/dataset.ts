import type { Interactions } from './interactions.ts'

/** What is known of the items, by item index (the vocabulary of the interactions). Absent facts are null or empty. */
export interface ItemTable {
  /** Title as printed in the source, year included: "Toy Story (1995)". The id where the source has no titles. */
  readonly titles: readonly string[]
  /** Release year, 0 where unknown. */
  readonly years: Int16Array
  readonly genres: readonly (readonly string[])[]
  /** User-given tags with how often each was given, most frequent first. */
  readonly tags: readonly (readonly { readonly tag: string; readonly count: number }[])[]
  /** IMDb ids as digits ("0114709") and TMDB ids, null where unknown. */
  readonly imdb: readonly (string | null)[]
  readonly tmdb: readonly (string | null)[]
}

/** What cleaning did, in counts: never silent. */
export interface CleaningReport {
  /** Rows in the source, header not counted. */
  readonly rowsRead: number
  /** Rows that were kept. */
  readonly rowsKept: number
  /** Unparsable or out-of-scale rows: how many, and the first few with file, line and reason. */
  readonly rejected: number
  readonly rejectedExamples: readonly { readonly file: string; readonly line: number; readonly reason: string }[]
  /** Rows dropped because the same user rated the same item later. */
  readonly duplicates: number
  /** Dropped by minimum ratings per user or item, with how many passes it took. */
  readonly filtered: {
    readonly users: number
    readonly items: number
    readonly ratings: number
    readonly passes: number
  }
  /** Rows of the item files (titles, tags, links) that could not be read and were left out. */
  readonly itemRowsRejected?: number
}

/** Where a data set comes from; carried into every artefact trained on it. */
export interface DatasetSource {
  readonly licence: string | null
  readonly citation: string | null
  /** Files read, with their sizes in bytes. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
}

/** Ratings with everything known about them. */
export interface Dataset {
  /** Registry name or the path as given. */
  readonly name: string
  readonly interactions: Interactions
  readonly items: ItemTable
  readonly cleaning: CleaningReport
  readonly source: DatasetSource
  /** SHA-256 (hex) over ids, ratings and times in row order: the same data, the same fingerprint. */
  readonly fingerprint: string
}
