import { z } from '@hono/zod-openapi'
import { Cursor, Feedback, FeedbackKind, Id, Limit, NewFeedback } from '../shapes.ts'
import { body, json, route } from './route.ts'

export const addFeedback = route('feedback', {
  ...{ method: 'post', path: '/v1/feedback', operationId: 'addFeedback', tags: ['feedback'] },
  summary: 'Add or overwrite feedback (by user, item and kind; impressions add up). Durable when answered.',
  request: { body: body(z.strictObject({ feedback: z.array(NewFeedback).min(1).max(1_000) })) },
  responses: { 201: json(z.object({ feedback: z.array(Feedback) }), 'As kept.') },
})
export const listFeedback = route('read', {
  ...{ method: 'get', path: '/v1/feedback', operationId: 'listFeedback', tags: ['feedback'] },
  summary: 'Of a user; of everybody only with a key, or where there are no keys from the machine itself.',
  request: {
    query: z.strictObject({
      user: Id.optional(),
      item: Id.optional(),
      kind: FeedbackKind.optional(),
      /** `current`: what holds now; `events`: everything that happened. */
      view: z.enum(['current', 'events']).default('current'),
      cursor: Cursor,
      limit: Limit(1000, 100),
    }),
  },
  responses: {
    200: json(z.object({ feedback: z.array(Feedback), next: z.string().nullable() }), 'A page, oldest first.'),
  },
})
export const deleteFeedback = route('feedback', {
  ...{ method: 'delete', path: '/v1/feedback', operationId: 'deleteFeedback', tags: ['feedback'] },
  summary:
    'Take back what a user said of a movie. Kept as an event; 404 for a user whom neither the store nor the model knows.',
  request: { query: z.strictObject({ user: Id, item: Id, kind: FeedbackKind }) },
  responses: { 200: json(Feedback, 'The event.') },
})
