import { z } from '@hono/zod-openapi'
import { Job } from '../shapes.ts'
import { body, json, params, route } from './route.ts'

export const startTraining = route('admin', {
  ...{ method: 'post', path: '/v1/training', operationId: 'startTraining', tags: ['training'] },
  summary: 'Train in the background on the shipped or given data and the ratings of the store.',
  request: {
    body: body(
      z.strictObject({
        /** Default: the live model with its hyper-parameters. */
        model: z.string().max(100).optional(),
        hyperparameters: z.record(z.string(), z.unknown()).optional(),
        seed: z.int().default(1),
        /** Start from the live model's weights, its vocabulary grown. Refused for models that cannot. */
        warmStart: z.boolean().default(true),
        activate: z.boolean().default(true),
      }),
    ),
  },
  responses: { 202: json(Job, 'Waiting or running.') },
})
export const listTraining = route('read', {
  ...{ method: 'get', path: '/v1/training', operationId: 'listTraining', tags: ['training'] },
  responses: { 200: json(z.object({ jobs: z.array(Job) }), 'Newest first.') },
})
export const listTrainable = route('read', {
  ...{ method: 'get', path: '/v1/training/models', operationId: 'listTrainable', tags: ['training'] },
  summary: 'The models that can be trained, by the names that a training takes.',
  responses: {
    200: json(
      z.object({
        models: z.array(
          z.object({
            name: z.string().openapi({ example: 'embedding-dot' }),
            kind: z.enum(['model', 'baseline']),
            /** One line: what it is. */
            summary: z.string(),
            /** Whether it predicts ratings. */
            ratings: z.boolean(),
            /** Whether it recommends to people by their ratings alone. */
            foldIn: z.boolean(),
            /** Whether it can start from the weights of a live one. */
            warmStart: z.boolean(),
          }),
        ),
      }),
      'Models first, then baselines.',
    ),
  },
})
export const getTraining = route('read', {
  ...{ method: 'get', path: '/v1/training/{id}', operationId: 'getTraining', tags: ['training'] },
  request: { params: params('id') },
  responses: { 200: json(Job, 'The job.') },
})
export const trainingEvents = route('read', {
  ...{ method: 'get', path: '/v1/training/{id}/events', operationId: 'trainingEvents', tags: ['training'] },
  summary: 'Progress as server-sent events: `progress`, `epoch`, and last `end`, each with the job as data.',
  request: { params: params('id') },
  responses: { 200: { description: 'A stream.', content: { 'text/event-stream': { schema: z.string() } } } },
})
export const cancelTraining = route('admin', {
  ...{ method: 'delete', path: '/v1/training/{id}', operationId: 'cancelTraining', tags: ['training'] },
  request: { params: params('id') },
  responses: { 200: json(Job, 'Cancelled, or as it ended before.') },
})
