import { MarqueeError } from '../../core/errors.ts'
import type { Parts } from './parts.ts'
import type { Service } from './service.ts'

type Names = 'checkFeedback' | 'checkTakingBack' | 'onFeedback'

export interface FeedbackCalls {
  readonly calls: Pick<Service, Names>
  /** Resolves when no retraining is being considered. */
  settled(): Promise<void>
}

/** What goes with the writing of feedback, which is the store's: checks before it, and what follows from it. */
export function feedbackCalls(
  { options, store, desk, storeRatings, jobs, fresh, warn }: Parts,
  retrain: (trigger: 'ratings', least: number) => Promise<void>,
): FeedbackCalls {
  let considered: Promise<void> | null = null
  return {
    calls: {
      async checkFeedback(events) {
        if (!desk.any) return
        const { main, catalogue } = desk.current
        const { min, max } = main.train.scale
        for (let n = 0; n < events.length; n++) {
          const { item, kind, value, action } = events[n]!
          const known = catalogue.placeOf(item) >= 0 || (await store.movie(item)) !== null
          if (!known) {
            throw new MarqueeError('unknown-movie', `there is no movie with the id ${JSON.stringify(item)}`, {
              place: `body.feedback.${n}.item`,
              remedy: 'GET /v1/movies?query=… finds ids by title.',
            })
          }
          if (action === 'delete' || kind !== 'rating') continue
          if (value === null || !(value >= min && value <= max)) {
            const what = value === null ? 'a rating without a value' : `the rating ${value} is outside the scale`
            throw new MarqueeError('bad-rating', what, {
              place: `body.feedback.${n}.value`,
              remedy: `Ratings go from ${min} to ${max} here.`,
            })
          }
        }
      },

      /** Of the training data's users too: they have ratings to take back, though the store has not heard of them. */
      async checkTakingBack(user) {
        if ((await store.user(user)) !== null) return
        if (desk.any && desk.current.main.train.users.indexOf(user) >= 0) return
        throw new MarqueeError('unknown-user', `there is no user with the id ${JSON.stringify(user)}`, {
          place: 'query.user',
          remedy: 'There is nothing to take back; users come into being by their first feedback.',
        })
      },

      /** Nothing of a user is kept between requests, so there is nothing to forget: the next request asks the store. */
      onFeedback(events) {
        storeRatings.touch(events)
        const heard = fresh.heard(events)
        const { retrainAfter } = options
        if (!retrainAfter || heard < retrainAfter || jobs.busy || considered) return
        considered = retrain('ratings', retrainAfter)
          .catch((error: unknown) => warn('retrain-failed', error))
          .finally(() => {
            considered = null
          })
      },
    },
    async settled() {
      await considered
    },
  }
}
