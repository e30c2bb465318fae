import { sql } from 'kysely'
import { MarqueeError } from '../core/errors.ts'
import { apply, type ColumnTypes, migrations } from './migrations.ts'
import type { Database } from './tables.ts'

/**
 * Takes the database one version further, in the caller's transaction, which holds a lock against other processes doing
 * the same. Gives the version it has now. Throws `store-broken` for a database of a newer Marquee.
 */
export async function migrateOnce(
  db: Database,
  types: ColumnTypes,
  place: string,
  through = migrations.length,
): Promise<number> {
  await sql
    .raw(`create table if not exists migrations (
      version ${types.whole} primary key, name text not null, applied text not null)`)
    .execute(db)
  const { version } = await db
    .selectFrom('migrations')
    .select((eb) => eb.fn.coalesce(eb.fn.max('version'), sql<number>`0`).as('version'))
    .executeTakeFirstOrThrow()
  if (version > migrations.length) {
    throw new MarqueeError('store-broken', `it has version ${version}, and this Marquee knows ${migrations.length}`, {
      place,
      remedy: 'Run the newer Marquee that wrote it, or export there and import here; a store is never taken back.',
    })
  }
  if (version >= through) return version
  const migration = migrations[version]!
  await apply(db, migration, types)
  await db
    .insertInto('migrations')
    .values({ version: version + 1, name: migration.name, applied: new Date().toISOString() })
    .execute()
  return version + 1
}
