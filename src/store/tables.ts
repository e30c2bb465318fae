import type { Kysely } from 'kysely'
import type { FeedbackKind } from './store.ts'

/**
 * The tables as both databases have them. Times are ISO 8601 text in UTC to the millisecond, so that they sort as text;
 * lists and objects are JSON text. Ids sort by their UTF-8 bytes in both.
 */
export interface Tables {
  readonly users: UserRow
  readonly movies: MovieRow
  /** One row: the last seq given. Every write that touches feedback updates it first, which puts such writes in one order. */
  readonly log_position: { one: number; last_seq: number }
  /** The log, and the truth. */
  readonly events: EventRow
  /** What holds now: for each user, item and kind the latest event of the log, where that is no deletion. */
  readonly current_feedback: CurrentRow
  readonly models: ModelRow
  readonly traffic: { one: number; salt: string; since: string }
  readonly traffic_variants: { position: number; version: string; share: number; served: number }
  readonly studies: StudyRow
  readonly answers: AnswerRow
  readonly api_keys: KeyRow
  /** Base64; not exported. */
  readonly secrets: { name: string; value: string }
  readonly migrations: { version: number; name: string; applied: string }
}

export type Database = Kysely<Tables>

export interface UserRow {
  id: string
  created: string
  attributes: string
}

export interface MovieRow {
  id: string
  title: string
  year: number | null
  genres: string
  tags: string
  imdb: string | null
  tmdb: string | null
}

export interface CurrentRow {
  seq: number
  user_id: string
  item_id: string
  kind: FeedbackKind
  value: number | null
  time: string
  received: string
  context: string | null
  recommendation: string | null
}

export interface EventRow extends CurrentRow {
  action: 'put' | 'delete'
}

export interface ModelRow {
  version: string
  model: string
  artefact: string
  created: string
  metrics: string
  trained_through: number
}

export interface StudyRow {
  id: string
  title: string
  created: string
  a: string
  b: string
  options: string
}

export interface AnswerRow {
  study: string
  participant: string
  number: number
  chosen: number
  behind: string
  received: string
}

export interface KeyRow {
  id: string
  name: string
  hash: string
  scopes: string
  created: string
  revoked: string | null
}
