import { sql } from 'kysely'
import { rebuildCurrent } from './rebuild.ts'
import type { Database } from './tables.ts'

/** What the two databases call the same thing. */
export interface ColumnTypes {
  /** Text that sorts by its bytes. */
  readonly id: string
  readonly real: string
  readonly whole: string
  /** Ends a table that is stored in the order of its primary key, where the database can. */
  readonly clustered: string
}

export interface Migration {
  readonly name: string
  /** Statements, run in this order. */
  readonly statements: (types: ColumnTypes) => readonly string[]
  /** Moves what is stored already; after the statements, in the same transaction. */
  readonly fill?: (db: Database) => Promise<void>
}

/** Forward only, in this order for ever: a migration that has been released is never edited, a new one goes at the end. */
export const migrations: readonly Migration[] = [
  {
    name: 'users, movies, the log, models, studies and keys',
    statements: ({ id, real, whole }) => [
      `create table users (id ${id} primary key, created text not null, attributes text not null)`,
      `create table movies (
        id ${id} primary key, title text not null, year ${whole}, genres text not null, tags text not null,
        imdb text, tmdb text)`,
      `create table log_position (one ${whole} primary key check (one = 1), last_seq ${whole} not null)`,
      `insert into log_position (one, last_seq) values (1, 0)`,
      `create table events (
        seq ${whole} primary key, user_id ${id} not null references users (id), item_id ${id} not null,
        kind text not null, action text not null check (action in ('put', 'delete')), value ${real},
        time text not null, received text not null, context text, recommendation text)`,
      `create index events_of_user on events (user_id, seq)`,
      `create index events_of_item on events (item_id, seq)`,
      `create table models (
        version ${id} primary key, model text not null, artefact text not null, created text not null,
        metrics text not null, trained_through ${whole} not null)`,
      `create table traffic (one ${whole} primary key check (one = 1), salt text not null, since text not null)`,
      `create table traffic_variants (
        position ${whole} primary key, version ${id} not null unique references models (version),
        share ${real} not null check (share > 0), served ${whole} not null)`,
      `create table studies (
        id ${id} primary key, title text not null, created text not null, a text not null, b text not null,
        options text not null)`,
      `create table answers (
        study ${id} not null references studies (id), participant ${id} not null references users (id),
        number ${whole} not null, chosen ${whole} not null, behind text not null, received text not null,
        primary key (study, participant, number))`,
      `create index answers_of_participant on answers (participant)`,
      `create table api_keys (
        id ${id} primary key, name text not null, hash text not null, scopes text not null, created text not null,
        revoked text)`,
    ],
  },
  {
    name: 'current feedback as a table of its own, filled from the log',
    statements: ({ id, real, whole, clustered }) => [
      `create table current_feedback (
        user_id ${id} not null references users (id), item_id ${id} not null, kind text not null,
        seq ${whole} not null, value ${real}, time text not null, received text not null, context text,
        recommendation text, primary key (user_id, item_id, kind)) ${clustered}`,
      `create unique index current_by_seq on current_feedback (seq)`,
      `create index current_of_item on current_feedback (item_id, seq)`,
      // What `report` reads: most feedback names no recommendation.
      `create index current_recommended on current_feedback (received) where recommendation is not null`,
      `create index impressions_recommended on events (received) where kind = 'impression' and recommendation is not null`,
    ],
    fill: rebuildCurrent,
  },
  {
    name: 'secrets that instances share',
    statements: ({ id }) => [`create table secrets (name ${id} primary key, value text not null)`],
  },
]

/** Runs one migration's statements and moves; in the caller's transaction. */
export async function apply(db: Database, migration: Migration, types: ColumnTypes): Promise<void> {
  for (const statement of migration.statements(types)) await sql.raw(statement).execute(db)
  await migration.fill?.(db)
}
