import { MarqueeError } from '../../core/errors.ts'
import type { Traffic } from '../store.ts'
import type { Database, ModelRow } from '../tables.ts'

export async function putModel(db: Database, row: ModelRow): Promise<void> {
  const { version, ...rest } = row
  await db
    .insertInto('models')
    .values(row)
    .onConflict((conflict) => conflict.column('version').doUpdateSet(rest))
    .execute()
}

/** Throws `in-use`. */
export async function removeModel(db: Database, version: string): Promise<void> {
  const variant = await db
    .selectFrom('traffic_variants')
    .select('version')
    .where('version', '=', version)
    .executeTakeFirst()
  if (variant) {
    throw new MarqueeError('in-use', `${version} has traffic`, {
      place: 'models',
      remedy: 'Give its traffic to another version first.',
    })
  }
  await db.deleteFrom('models').where('version', '=', version).execute()
}

/** Replaces the traffic; the counts of served lists begin at 0. Throws `unknown-model`. */
export async function setTraffic(db: Database, { variants, salt, since }: Traffic): Promise<void> {
  const known = await db.selectFrom('models').select('version').execute()
  for (const { version } of variants) {
    if (known.some((model) => model.version === version)) continue
    throw new MarqueeError('unknown-model', `there is no model version ${JSON.stringify(version)}`, {
      place: 'models',
      remedy: `There are ${known.map((model) => model.version).join(', ') || 'none'}.`,
    })
  }
  await db
    .insertInto('traffic')
    .values({ one: 1, salt, since })
    // First, so that instances that set it at once do so one after the other.
    .onConflict((conflict) => conflict.column('one').doUpdateSet({ salt, since }))
    .execute()
  await db.deleteFrom('traffic_variants').execute()
  await db
    .insertInto('traffic_variants')
    .values(variants.map(({ version, share }, k) => ({ position: k + 1, version, share, served: 0 })))
    .execute()
}

/** Versions without traffic are left out: they are none that a report tells of. */
export async function countServed(db: Database, served: Readonly<Record<string, number>>): Promise<void> {
  for (const [version, count] of Object.entries(served).sort()) {
    await db
      .updateTable('traffic_variants')
      .set((eb) => ({ served: eb('served', '+', count) }))
      .where('version', '=', version)
      .execute()
  }
}
