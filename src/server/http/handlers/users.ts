import { MarqueeError } from '../../../core/errors.ts'
import type { Json, StoredUser } from '../../../store/store.ts'
import { shownEvent } from './feedback.ts'
import type { HandlerContext, Handlers } from './types.ts'

export function userHandlers({
  store,
}: HandlerContext): Handlers<'putUser' | 'getUser' | 'listUsers' | 'exportUser' | 'eraseUser'> {
  return {
    putUser: async ({ params, body }) => shownUser(await store.putUser({ id: params.id, attributes: body.attributes })),
    getUser: async ({ params }) => shownUser((await store.user(params.id)) ?? unknown(params.id)),
    listUsers: async ({ query }) => {
      const { entries, next } = await store.users(query)
      return { users: entries.map(shownUser), next }
    },
    exportUser: async ({ params }) => {
      const all = (await store.exportUser(params.id)) ?? unknown(params.id)
      return {
        user: shownUser(all.user),
        events: all.events.map(shownEvent),
        answers: all.answers.map((answer) => ({ ...answer })),
        profiles: all.profiles.map((profile) => ({ ...profile })),
      }
    },
    eraseUser: async ({ params }) => ({ ...((await store.eraseUser(params.id)) ?? unknown(params.id)) }),
  }
}

const shownUser = ({ id, created, attributes }: StoredUser) => ({
  id,
  created,
  attributes: attributes as Record<string, Json>,
})

function unknown(id: string): never {
  throw new MarqueeError('unknown-user', `the store has no user "${id}"`, {
    place: 'path.id',
    remedy: 'Users come into being by their first feedback, or by PUT /v1/users/{id}.',
  })
}
