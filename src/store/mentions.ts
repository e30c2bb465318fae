import { sql } from 'kysely'
import type { AnswerRow, Database } from './tables.ts'

/*
 * Answers of studies, as earlier versions kept them, name the user of the training data whose profile was shown. Such a user
 * is somebody too: what names them is exported with what is theirs, and goes when they are erased.
 */

/** Answers, whoever gave them, that name this user as the profile shown. Studies are small: an answer is a click of a person. */
export async function readMentions(db: Database, user: string): Promise<AnswerRow[]> {
  const named = `"user":${JSON.stringify(user)}`.replaceAll(/[~%_]/g, '~$&')
  const rows = await db
    .selectFrom('answers')
    .selectAll()
    .where(sql<boolean>`behind like ${`%${named}%`} escape '~'`)
    .orderBy('study')
    .orderBy('received')
    .execute()
  // The pattern finds too much where databases fold letters or the text stands deeper down.
  return rows.filter(({ behind }) => (JSON.parse(behind) as { user?: unknown }).user === user)
}

/** An answer's background without the user whose profile it was. */
export function withoutUser({ user: _, ...rest }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return rest
}

/** Takes the user's id out of them; how many they were. */
export async function forgetMentions(db: Database, user: string): Promise<number> {
  const rows = await readMentions(db, user)
  for (const { study, participant, number, behind } of rows) {
    await db
      .updateTable('answers')
      .set({ behind: JSON.stringify(withoutUser(JSON.parse(behind) as Record<string, unknown>)) })
      .where('study', '=', study)
      .where('participant', '=', participant)
      .where('number', '=', number)
      .execute()
  }
  return rows.length
}
