import { MarqueeError } from '../core/errors.ts'
import type { Json, NewFeedback, Traffic } from './store.ts'
import { feedbackKinds } from './store.ts'

const controls = /\p{Cc}/u
const halfPair = /\p{Surrogate}/u

/** Longest id, in UTF-16 code units. */
export const longestId = 200

/** An id as it is, or `bad-id`. `what` says whose: "user". */
export function checkId(id: string, what: string): string {
  const problem =
    typeof id !== 'string'
      ? 'is no text'
      : id === ''
        ? 'is empty'
        : id.length > longestId
          ? `has ${id.length} characters`
          : controls.test(id)
            ? 'holds a control character'
            : halfPair.test(id)
              ? 'holds half a surrogate pair'
              : null
  if (problem === null) return id
  throw new MarqueeError('bad-id', `the id ${JSON.stringify(String(id).slice(0, 60))} ${problem}`, {
    place: what,
    remedy: `Ids are 1 to ${longestId} characters without control characters.`,
  })
}

/** Text that both databases can hold: PostgreSQL takes no NUL, and half a surrogate pair has no UTF-8. */
export const isStorable = (text: string): boolean => !text.includes('\0') && !halfPair.test(text)

/** The same, or `bad-text`. */
export function checkText(text: string, what: string): string {
  if (typeof text === 'string' && isStorable(text)) return text
  throw new MarqueeError('bad-text', `${JSON.stringify(String(text).slice(0, 60))} is no text that can be stored`, {
    place: what,
    remedy: 'Leave out NUL characters and halves of surrogate pairs.',
  })
}

export const checkTextOrNull = (text: string | null, what: string): string | null =>
  text === null ? null : checkText(text, what)

const iso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d))?$/

/** A time in UTC to the millisecond ("2026-11-27T10:15:00.000Z"), or `bad-time`. A date alone is its midnight, UTC. */
export function checkTime(time: string, what: string): string {
  const moment = typeof time === 'string' && iso.test(time) ? new Date(time) : new Date(Number.NaN)
  const text = Number.isNaN(moment.getTime()) ? '' : moment.toISOString()
  // Beyond the year 9999 the text has a sign and no longer sorts by time.
  if (text.length === 24) return text
  throw new MarqueeError('bad-time', `${JSON.stringify(time)} is no time`, {
    place: what,
    remedy: 'Times are ISO 8601 with a zone, such as 2026-11-27T10:15:00Z.',
  })
}

/** A whole number from `least`, or `bad-number`. */
export function checkWhole(value: number, least: number, what: string): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new MarqueeError('bad-number', `${JSON.stringify(value)} is no whole number from ${least}`, { place: what })
}

/** JSON text of a value, or `bad-json` for what JSON cannot hold. */
export function checkJson(value: Json | { readonly [key: string]: unknown }, what: string): string {
  try {
    const text = JSON.stringify(value)
    if (text !== undefined) return text
  } catch {
    // A circle or a BigInt: said below.
  }
  throw new MarqueeError('bad-json', `${String(value)} cannot be written as JSON`, { place: what })
}

/** An event as it is stored, before it has a seq. Throws `bad-id`, `bad-time`, `bad-feedback`. */
export function checkFeedback(event: NewFeedback, place: string) {
  const { user, item, kind, action = 'put', value, time, context = null, recommendation = null } = event
  const refuse = (what: string, remedy: string): MarqueeError =>
    new MarqueeError('bad-feedback', what, { place, remedy })
  if (!feedbackKinds.includes(kind)) {
    throw refuse(`the kind ${JSON.stringify(kind)} is not known`, `Kinds are ${feedbackKinds.join(', ')}.`)
  }
  if (action !== 'put' && action !== 'delete') {
    throw refuse(`the action ${JSON.stringify(action)} is not known`, 'It is put or delete.')
  }
  if (kind === 'rating' && action === 'put' ? !Number.isFinite(value) : value !== null) {
    throw refuse(
      `a ${kind} to ${action} has the value ${JSON.stringify(value)}`,
      'A rating that is put has a number; everything else has null.',
    )
  }
  return {
    user_id: checkId(user, `${place}.user`),
    item_id: checkId(item, `${place}.item`),
    kind,
    action,
    value,
    time: time === undefined ? null : checkTime(time, `${place}.time`),
    context: context === null ? null : checkJson(context, `${place}.context`),
    recommendation: checkTextOrNull(recommendation, `${place}.recommendation`),
  }
}

/** Throws `bad-traffic` unless there are variants, each once, with positive shares that sum to 1. */
export function checkTraffic({ variants, salt, since }: Traffic): Traffic {
  const total = variants.reduce((sum, { share }) => sum + share, 0)
  const refuse = (what: string): MarqueeError =>
    new MarqueeError('bad-traffic', what, { remedy: 'Shares are positive and sum to 1; a version stands once.' })
  if (variants.length === 0) throw refuse('there is no variant')
  for (const { version, share } of variants) {
    if (!(share > 0 && share <= 1)) throw refuse(`${version} has the share ${share}`)
  }
  if (new Set(variants.map(({ version }) => version)).size < variants.length) throw refuse('a version stands twice')
  if (Math.abs(total - 1) > 1e-9) throw refuse(`the shares sum to ${total}`)
  return { variants, salt: checkText(salt, 'salt'), since: checkTime(since, 'since') }
}
