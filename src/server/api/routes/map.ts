import { z } from '@hono/zod-openapi'
import { json, route } from './route.ts'

export const getMap = route('read', {
  ...{ method: 'get', path: '/v1/map', operationId: 'getMap', tags: ['map'] },
  summary: 'Every movie on a plane, near what the model finds near. Columns, for tens of thousands of points.',
  request: { query: z.strictObject({ model: z.string().max(200).optional() }) },
  responses: {
    200: json(
      z.object({
        model: z.string(),
        /** `tsne`, made in the background; until it is there `principal-axes`. */
        method: z.string(),
        ready: z.boolean(),
        ids: z.array(z.string()),
        x: z.array(z.number()),
        y: z.array(z.number()),
        /** Index into `genres`; -1 without. */
        genre: z.array(z.int()),
        genres: z.array(z.string()),
        titles: z.array(z.string()),
        ratings: z.array(z.int()),
        preservation: z.number().nullable(),
      }),
      'The map.',
    ),
  },
})
export const getClusters = route('read', {
  ...{ method: 'get', path: '/v1/clusters', operationId: 'getClusters', tags: ['map'] },
  summary: 'Bottleneck units of a live autoencoder and the movies that trigger them (activation maximisation).',
  request: { query: z.strictObject({ model: z.string().max(200).optional() }) },
  responses: {
    200: json(
      z.object({
        model: z.string(),
        clusters: z.array(
          z.object({
            unit: z.int(),
            movies: z.array(
              z.object({ item: z.string(), title: z.string(), genres: z.array(z.string()), weight: z.number() }),
            ),
            /** How concentrated the genres are, against random lists. */
            concentration: z.number().nullable(),
            chance: z.number().nullable(),
            p: z.number().nullable(),
            topGenre: z.string().nullable(),
          }),
        ),
      }),
      'Most concentrated first.',
    ),
  },
})
