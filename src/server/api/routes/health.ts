import { z } from '@hono/zod-openapi'
import { json, route } from './route.ts'

export const live = route('open', {
  ...{ method: 'get', path: '/health/live', operationId: 'live', tags: ['health'] },
  responses: { 200: json(z.object({ status: z.literal('live') }), 'The process answers.') },
})
export const ready = route('open', {
  ...{ method: 'get', path: '/health/ready', operationId: 'ready', tags: ['health'] },
  responses: {
    200: json(
      z.object({
        status: z.literal('ready'),
        store: z.string(),
        /** Versions that answer here. */
        models: z.array(z.string()),
        /** Versions that have traffic by the store and cannot be loaded here: those of `models` answer in their place. */
        missing: z.array(z.string()),
      }),
      'Requests can be sent.',
    ),
  },
})
