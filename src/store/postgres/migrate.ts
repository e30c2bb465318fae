import { sql } from 'kysely'
import { MarqueeError } from '../../core/errors.ts'
import { migrateOnce } from '../migrate.ts'
import { type ColumnTypes, migrations } from '../migrations.ts'
import type { Database } from '../tables.ts'

// Ids sort by their bytes, as SQLite's do, whatever the locale of the database.
const types: ColumnTypes = { id: 'text collate "C"', real: 'double precision', whole: 'bigint', clustered: '' }

/** Any number that nobody else takes: instances that start together bring the tables up to date one after the other. */
const lock = 0x4d617271

/** A transaction for each version. Throws `no-store` where there is none and none is to be made. */
export async function migratePostgres(db: Database, place: string, create: boolean): Promise<void> {
  await requireUtf8(db, place)
  if (!create && !(await hasSchema(db))) {
    const remedy = 'Check the name; `marquee serve` and `marquee store import` make a store.'
    throw new MarqueeError('no-store', 'there is no store in this database', { place, remedy })
  }
  let version = 0
  while (version < migrations.length) {
    const transaction = await db.startTransaction().execute()
    try {
      await sql`select pg_advisory_xact_lock(${sql.lit(lock)})`.execute(transaction)
      // Asked first: `if not exists` demands the right to create one even where it exists.
      if (!(await hasSchema(transaction))) await sql`create schema marquee`.execute(transaction)
      version = await migrateOnce(transaction, types, place)
      await transaction.commit().execute()
    } catch (error) {
      await transaction
        .rollback()
        .execute()
        .catch(() => {})
      throw error
    }
  }
}

async function hasSchema(db: Database): Promise<boolean> {
  const { rows } = await sql`select 1 from pg_namespace where nspname = 'marquee'`.execute(db)
  return rows.length > 0
}

async function requireUtf8(db: Database, place: string): Promise<void> {
  const { rows } = await sql<{ encoding: string }>`select current_setting('server_encoding') as encoding`.execute(db)
  const { encoding } = rows[0]!
  if (encoding === 'UTF8') return
  throw new MarqueeError('cannot-open', `the database has the encoding ${encoding}, which cannot hold every title`, {
    place,
    remedy: 'Make one with createdb --encoding=UTF8 --template=template0.',
  })
}
