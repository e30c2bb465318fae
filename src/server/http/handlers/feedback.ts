import type { FeedbackEvent, NewFeedback } from '../../../store/store.ts'
import { authoriseOverAll } from '../auth.ts'
import type { HandlerContext, Handlers } from './types.ts'

export function feedbackHandlers({
  service,
  store,
  metrics,
  keyring,
  options,
}: HandlerContext): Handlers<'addFeedback' | 'listFeedback' | 'deleteFeedback'> {
  /** Checked, then durable, then told to the models: an answer is sent only after that. */
  const append = async (events: readonly NewFeedback[]): Promise<readonly FeedbackEvent[]> => {
    const kept = await store.append(events)
    service.onFeedback(events)
    for (const { kind, action } of kept) metrics.feedback(kind, action)
    return kept
  }
  return {
    addFeedback: async ({ body }) => {
      const events = body.feedback.map(({ time, ...rest }) => ({
        ...rest,
        ...(time !== undefined && { time: new Date(time).toISOString() }),
      }))
      await service.checkFeedback(events)
      return { feedback: (await append(events)).map(shownEvent) }
    },
    listFeedback: async ({ c, key, query: { kind, view, cursor, ...rest } }) => {
      if (rest.user === undefined) {
        const { publicScopes = [], trustProxy = false } = options
        await authoriseOverAll(c, key, keyring, { publicScopes, trustProxy })
      }
      const filter = { ...rest, ...(kind && { kinds: [kind] }), ...(cursor !== undefined && { cursor }) }
      const { entries, next } = await (view === 'events' ? store.events(filter) : store.current(filter))
      return { feedback: entries.map(shownEvent), next }
    },
    deleteFeedback: async ({ query: { user, item, kind } }) => {
      await service.checkTakingBack(user)
      const [event] = await append([{ user, item, kind, action: 'delete', value: null }])
      return shownEvent(event!)
    },
  }
}

export const shownEvent = ({ context, ...event }: FeedbackEvent) => ({
  ...event,
  context: context as Record<string, string | number | boolean | null> | null,
})
