import { z } from '@hono/zod-openapi'
import { body, json, params, route } from './route.ts'

const Key = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(['read', 'feedback', 'admin'])),
  created: z.string(),
  revoked: z.string().nullable(),
})
export const listKeys = route('admin', {
  ...{ method: 'get', path: '/v1/keys', operationId: 'listKeys', tags: ['administration'] },
  responses: { 200: json(z.object({ keys: z.array(Key) }), 'Without their secrets.') },
})
export const createKey = route('admin', {
  ...{ method: 'post', path: '/v1/keys', operationId: 'createKey', tags: ['administration'] },
  request: {
    body: body(
      z.strictObject({
        name: z.string().min(1).max(100),
        scopes: z.array(z.enum(['read', 'feedback', 'admin'])).min(1),
      }),
    ),
  },
  responses: { 201: json(Key.extend({ secret: z.string() }), 'The secret is shown this once.') },
})
export const revokeKey = route('admin', {
  ...{ method: 'delete', path: '/v1/keys/{id}', operationId: 'revokeKey', tags: ['administration'] },
  request: { params: params('id') },
  responses: { 200: json(z.object({ revoked: z.string() }), 'No longer valid.') },
})
export const storeInfo = route('admin', {
  ...{ method: 'get', path: '/v1/store', operationId: 'storeInfo', tags: ['administration'] },
  responses: {
    200: json(
      z.object({
        store: z.string(),
        counts: z.record(z.string(), z.unknown()),
        newRatings: z.int(),
        /** The live model is trained again after so many new ratings; null: not by their number. */
        retrainAfter: z.int().nullable(),
        /** And so often, in hours, where there are new ratings; null: not by the clock. */
        retrainEvery: z.number().nullable(),
      }),
      'Counts of the store.',
    ),
  },
})
