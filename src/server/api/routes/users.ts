import { z } from '@hono/zod-openapi'
import { Context, Cursor, Feedback, Limit, User } from '../shapes.ts'
import { body, json, params, route } from './route.ts'

export const putUser = route('feedback', {
  ...{ method: 'put', path: '/v1/users/{id}', operationId: 'putUser', tags: ['users'] },
  summary: 'Add or replace a user. Users also come into being by their first feedback.',
  request: { params: params('id'), body: body(z.strictObject({ attributes: Context.default({}) })) },
  responses: { 200: json(User, 'The user.') },
})
export const getUser = route('read', {
  ...{ method: 'get', path: '/v1/users/{id}', operationId: 'getUser', tags: ['users'] },
  request: { params: params('id') },
  responses: { 200: json(User, 'The user.') },
})
export const listUsers = route('admin', {
  ...{ method: 'get', path: '/v1/users', operationId: 'listUsers', tags: ['users'] },
  request: { query: z.strictObject({ cursor: Cursor, limit: Limit(1000, 100) }) },
  responses: { 200: json(z.object({ users: z.array(User), next: z.string().nullable() }), 'A page.') },
})
export const exportUser = route('feedback', {
  ...{ method: 'get', path: '/v1/users/{id}/export', operationId: 'exportUser', tags: ['users'] },
  summary: 'Everything kept of a user.',
  request: { params: params('id') },
  responses: {
    200: json(
      z.object({
        user: User,
        events: z.array(Feedback),
        /** Of studies, as given. */
        answers: z.array(z.record(z.string(), z.unknown())),
        /** Answers of others who were shown this user's ratings as the profile, where the store has kept that. */
        profiles: z.array(z.object({ study: z.string(), number: z.int(), received: z.string() })),
      }),
      'All of it.',
    ),
  },
})
export const eraseUser = route('feedback', {
  ...{ method: 'delete', path: '/v1/users/{id}', operationId: 'eraseUser', tags: ['users'] },
  summary:
    'Erase a user and everything kept of them, for good, their id out of answers of studies that name them included.',
  request: { params: params('id') },
  responses: {
    200: json(
      z.object({
        events: z.int(),
        answers: z.int(),
        /** Answers of others that named the user as the profile shown: their id is out of them. */
        profiles: z.int(),
      }),
      'How much went.',
    ),
  },
})
