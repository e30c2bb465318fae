import { forgetMentions } from '../mentions.ts'
import { userOf } from '../rows.ts'
import type { ErasedUser, StoredUser } from '../store.ts'
import type { Database, UserRow } from '../tables.ts'
import { blocks } from './blocks.ts'
import { reserve } from './position.ts'

/** Adds a user or replaces their attributes; null leaves them as they are. */
export async function putUser(db: Database, row: UserRow, replace: boolean): Promise<StoredUser> {
  await db
    .insertInto('users')
    .values(row)
    .onConflict((conflict) => {
      const known = conflict.column('id')
      return replace ? known.doUpdateSet({ attributes: row.attributes }) : known.doNothing()
    })
    .execute()
  return userOf(await db.selectFrom('users').selectAll().where('id', '=', row.id).executeTakeFirstOrThrow())
}

/** Whoever is named for the first time comes into being. */
export async function rememberUsers(
  db: Database,
  rows: readonly { readonly user_id: string }[],
  created: string,
): Promise<void> {
  const ids = [...new Set(rows.map(({ user_id }) => user_id))]
  for (const block of blocks(ids)) {
    await db
      .insertInto('users')
      .values(block.map((id) => ({ id, created, attributes: '{}' })))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
  }
}

/** Removes somebody with all they did, and from what names them; null where they are unknown. */
export async function eraseUser(db: Database, id: string): Promise<ErasedUser | null> {
  // Nobody appends meanwhile: an event would hold on to the user.
  await reserve(db, 0)
  const profiles = await forgetMentions(db, id)
  const user = await db.selectFrom('users').select('id').where('id', '=', id).executeTakeFirst()
  if (!user) return profiles === 0 ? null : { events: 0, answers: 0, profiles }
  await db.deleteFrom('current_feedback').where('user_id', '=', id).execute()
  const events = await db.deleteFrom('events').where('user_id', '=', id).executeTakeFirst()
  const answers = await db.deleteFrom('answers').where('participant', '=', id).executeTakeFirst()
  await db.deleteFrom('users').where('id', '=', id).execute()
  return { events: Number(events.numDeletedRows), answers: Number(answers.numDeletedRows), profiles }
}
