import { MarqueeError } from '../../core/errors.ts'
import type { AnswerRow, Database, StudyRow } from '../tables.ts'
import { rememberUsers } from './users.ts'

export async function putStudy(db: Database, row: StudyRow): Promise<void> {
  const { id, ...rest } = row
  await db
    .insertInto('studies')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(rest))
    .execute()
}

/** Throws `unknown-study`, and `answered` for a second answer. */
export async function addAnswer(db: Database, row: AnswerRow): Promise<void> {
  const study = await db.selectFrom('studies').select('id').where('id', '=', row.study).executeTakeFirst()
  if (!study) {
    throw new MarqueeError('unknown-study', `there is no study ${JSON.stringify(row.study)}`, { place: 'studies' })
  }
  await rememberUsers(db, [{ user_id: row.participant }], row.received)
  // The key of the table decides, not a look beforehand: two instances may be asked at once.
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('answers')
    .values(row)
    .onConflict((conflict) => conflict.columns(['study', 'participant', 'number']).doNothing())
    .executeTakeFirst()
  if (numInsertedOrUpdatedRows === 1n) return
  throw new MarqueeError('answered', `question ${row.number} of ${row.participant} has been answered`, {
    place: `study ${row.study}`,
    remedy: 'The first answer counts.',
  })
}
