import type { Database } from '../tables.ts'

/** The secret of a name: the one that is there, else `offered`, kept from now on. Of instances that offer at once all get the same. */
export async function shareSecret(db: Database, name: string, offered: string): Promise<string> {
  await db
    .insertInto('secrets')
    .values({ name, value: offered })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  return (await db.selectFrom('secrets').select('value').where('name', '=', name).executeTakeFirstOrThrow()).value
}
