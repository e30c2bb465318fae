/** What somebody did with a movie. `watchlist` marks it for later, `dislike` without a rating is "not interested". */
export const feedbackKinds = ['rating', 'like', 'dislike', 'watched', 'skipped', 'watchlist', 'impression'] as const
export type FeedbackKind = (typeof feedbackKinds)[number]

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Somebody, by the id of whoever runs the service. */
export interface StoredUser {
  readonly id: string
  /** ISO 8601; when the store first heard of them. */
  readonly created: string
  /** Anything the caller wants kept; no part of Marquee reads it. */
  readonly attributes: { readonly [key: string]: Json }
}

export interface StoredMovie {
  /** The id that ratings files and artefacts use: the original item id. */
  readonly id: string
  readonly title: string
  /** null where unknown. */
  readonly year: number | null
  readonly genres: readonly string[]
  readonly tags: readonly string[]
  /** Digits only ("0114709"); null where unknown. */
  readonly imdb: string | null
  readonly tmdb: string | null
}

/** One thing that happened. Events are only ever added: overwriting and deleting are events too. */
export interface NewFeedback {
  readonly user: string
  readonly item: string
  readonly kind: FeedbackKind
  /** `delete` takes back what this user said of this item in this kind. Default `put`. */
  readonly action?: 'put' | 'delete'
  /** The stars of a `rating`; null for every other kind. */
  readonly value: number | null
  /** ISO 8601: when it happened. Default: when it is received. */
  readonly time?: string
  readonly context?: { readonly [key: string]: Json } | null
  /** Id of the recommendation that led to it; null where none did. */
  readonly recommendation?: string | null
}

export interface FeedbackEvent extends Required<NewFeedback> {
  /** Position in the log, from 1, ascending; never given twice. Gaps are possible. */
  readonly seq: number
  /** ISO 8601: when the store received it. */
  readonly received: string
}

/** A page of a list; `next` goes into the following call, null on the last page. */
export interface Page<T> {
  readonly entries: readonly T[]
  readonly next: string | null
}

export interface PageOptions {
  /** `next` of the page before. Throws `bad-cursor` where it is none of ours. */
  readonly cursor?: string | null
  /** 1 to 1,000; default 100. */
  readonly limit?: number
}

export interface FeedbackFilter extends PageOptions {
  readonly user?: string
  readonly item?: string
  readonly kinds?: readonly FeedbackKind[]
}

export interface StoredModel {
  /** Unique name of this version: model name, time and digits of the artefact's checksum, "embedding-dot-20261127T101500-1a2b3c4d". */
  readonly version: string
  readonly model: string
  /** Folder of the artefact. */
  readonly artefact: string
  /** ISO 8601. */
  readonly created: string
  readonly metrics: { readonly [name: string]: number | null }
  /** Highest `seq` of the feedback it was trained on; 0 for none. */
  readonly trainedThrough: number
}

/** Which versions answer, and for which share of the users: shares are positive and sum to 1. One entry: no experiment. */
export interface Traffic {
  readonly variants: readonly { readonly version: string; readonly share: number }[]
  /** Goes into the assignment of users: another salt deals them anew. */
  readonly salt: string
  /** ISO 8601. */
  readonly since: string
}

/** One variant's harvest: how many lists it served, and the current feedback whose recommendation id names it. */
export interface VariantReport {
  readonly version: string
  readonly served: number
  readonly users: number
  readonly feedback: Readonly<Record<FeedbackKind, number>>
  /** Of the ratings; null without any. */
  readonly meanRating: number | null
}

export interface StoredStudy {
  readonly id: string
  readonly title: string
  readonly created: string
  /** Versions compared, and everything the questions depend on. */
  readonly a: string
  readonly b: string
  readonly options: { readonly [key: string]: Json }
}

export interface StoredAnswer {
  readonly study: string
  readonly participant: string
  /** From 1. A participant's question is answered once: a second answer is refused with `answered`. */
  readonly number: number
  readonly chosen: 0 | 1
  /** What stood behind the question, never shown: systems in the order shown, movies; in answers of earlier versions also the user whose profile it was. */
  readonly behind: { readonly [key: string]: Json }
  readonly received: string
}

export type Scope = 'read' | 'feedback' | 'admin'

export interface StoredKey {
  readonly id: string
  readonly name: string
  /** Hex SHA-256 of the secret: the secret itself is shown once and never kept. */
  readonly hash: string
  readonly scopes: readonly Scope[]
  readonly created: string
  /** ISO 8601, null while it is valid. */
  readonly revoked: string | null
}

export interface StoreCounts {
  readonly users: number
  readonly movies: number
  /** Events of the log, by kind, deletions included. */
  readonly events: Readonly<Record<FeedbackKind, number>>
  /** Current ratings. */
  readonly ratings: number
  readonly models: number
  readonly studies: number
  readonly answers: number
  readonly keys: number
  /** Highest `seq` ever given. */
  readonly lastSeq: number
}

/** Everything of one user. */
export interface UserExport {
  readonly user: StoredUser
  readonly events: readonly FeedbackEvent[]
  /** Those they gave; whose profile was shown is not theirs and is left out. */
  readonly answers: readonly StoredAnswer[]
  /** Answers of participants who were shown this user's ratings as the profile, as far as the store has kept that; not who and what they answered. */
  readonly profiles: readonly Pick<StoredAnswer, 'study' | 'number' | 'received'>[]
}

/** What went with a user. */
export interface ErasedUser {
  readonly events: number
  readonly answers: number
  /** Answers of others that named them as the profile shown, and do so no more. */
  readonly profiles: number
}

/**
 * One line of a whole export (NDJSON): the first is a header with the format, the last a footer with the number of lines,
 * both included. `lastSeq`: the highest seq ever given, so that none is given again where the events have been erased.
 */
export type ExportLine =
  | {
      readonly type: 'header'
      readonly format: 1
      readonly created: string
      readonly marquee: string
      readonly lastSeq: number
    }
  | { readonly type: 'user'; readonly value: StoredUser }
  | { readonly type: 'movie'; readonly value: StoredMovie }
  | { readonly type: 'event'; readonly value: FeedbackEvent }
  | { readonly type: 'model'; readonly value: StoredModel }
  | { readonly type: 'traffic'; readonly value: Traffic }
  | { readonly type: 'served'; readonly value: { readonly [version: string]: number } }
  | { readonly type: 'study'; readonly value: StoredStudy }
  | { readonly type: 'answer'; readonly value: StoredAnswer }
  | { readonly type: 'key'; readonly value: StoredKey }
  | { readonly type: 'footer'; readonly lines: number }

/**
 * What the service remembers. Every write is durable, power loss included, when its promise resolves. Ids are any
 * non-empty text of at most 200 characters without control characters. All implementations keep one contract suite
 * (test/contracts/store.ts). Errors: `store-busy` (locked or unreachable for longer than the patience of the store: the
 * write did not happen, try again; only where PostgreSQL vanished in the middle of a commit and does not come back may it have
 * happened, and then the message says so), `store-full` (disk full: nothing was written), `store-broken` (corrupt, or of a newer version).
 */
export interface Store {
  /** "sqlite marquee.db" or "postgres host/database": never a password. */
  readonly name: string

  /** Adds or replaces; `created` of a known user stays, and so do the attributes where none are given. */
  putUser(user: { readonly id: string; readonly attributes?: { readonly [key: string]: Json } }): Promise<StoredUser>
  user(id: string): Promise<StoredUser | null>
  users(page?: PageOptions): Promise<Page<StoredUser>>
  /** All of a user in one piece; null for somebody the store has nothing of. */
  exportUser(id: string): Promise<UserExport | null>
  /**
   * Removes the user, their events and answers for good (the one exception to append-only), and their id from answers of others
   * that name them. How much went; null for somebody the store has nothing of.
   */
  eraseUser(id: string): Promise<ErasedUser | null>

  putMovies(movies: readonly StoredMovie[]): Promise<void>
  movie(id: string): Promise<StoredMovie | null>
  movies(page?: PageOptions): Promise<Page<StoredMovie>>

  /**
   * Adds events, all of them or none; unknown users come into being by it. Calls that arrive together share a commit.
   * Order within a call is kept in `seq`.
   */
  append(events: readonly NewFeedback[]): Promise<readonly FeedbackEvent[]>
  /** The log, oldest first. */
  events(filter?: FeedbackFilter & { readonly after?: number }): Promise<Page<FeedbackEvent>>
  /** What holds now: of every (user, item, kind) the latest event, unless it is a deletion; impressions are not in it. Oldest first. */
  current(filter?: FeedbackFilter): Promise<Page<FeedbackEvent>>
  /** Current feedback of one user, all of it, in one call: what a recommendation needs. Must be fast (one indexed read). */
  profile(user: string): Promise<readonly FeedbackEvent[]>
  /** Current ratings in blocks, by user and item, for training; a consistent snapshot as of the highest seq when it starts. */
  ratings(): AsyncIterable<
    readonly { readonly user: string; readonly item: string; readonly value: number; readonly time: string }[]
  >

  putModel(model: StoredModel): Promise<void>
  models(): Promise<readonly StoredModel[]>
  /** Removes the row, not the artefact. Throws `in-use` while it has traffic. */
  removeModel(version: string): Promise<void>
  traffic(): Promise<Traffic | null>
  /** Throws `unknown-model` for a version that is not there. */
  setTraffic(traffic: Traffic): Promise<void>
  /** Adds to the lists served by each version that has traffic (others are left out): called now and then with what has gathered, so a crash may lose the last seconds of it. */
  countServed(served: Readonly<Record<string, number>>): Promise<void>
  /** Since the traffic in force began, its impressions from the log. `versionOf` reads the version out of a recommendation id; null where it is none of ours. */
  report(versionOf: (recommendation: string) => string | null): Promise<readonly VariantReport[]>

  putStudy(study: StoredStudy): Promise<void>
  studies(): Promise<readonly StoredStudy[]>
  /** The participant becomes a user, where unknown. Throws `unknown-study`, and `answered` for a second answer. */
  addAnswer(answer: Omit<StoredAnswer, 'received'>): Promise<StoredAnswer>
  answers(study: string): Promise<readonly StoredAnswer[]>

  putKey(key: StoredKey): Promise<void>
  keys(): Promise<readonly StoredKey[]>
  /** Throws `unknown-key`. */
  revokeKey(id: string): Promise<void>

  /**
   * What all instances on this store sign with: the secret of that name, or where there is none yet `offered`, kept from now on.
   * Not in exports: whoever moves a store offers the same again.
   */
  sharedSecret(name: string, offered: Buffer): Promise<Buffer>

  counts(): Promise<StoreCounts>
  export(): AsyncIterable<ExportLine>
  /** Into an empty store only (`not-empty`); all or nothing. Throws `bad-export` naming the line. */
  import(lines: AsyncIterable<ExportLine>): Promise<StoreCounts>
  /** Resolves where the store answers; rejects with `store-busy` or `store-broken`. */
  ping(): Promise<void>
  close(): Promise<void>
}
