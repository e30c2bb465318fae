import { z } from '@hono/zod-openapi'
import { json, route } from './route.ts'

export const dataInfo = route('read', {
  ...{ method: 'get', path: '/v1/data', operationId: 'dataInfo', tags: ['lab'] },
  summary: 'What the live model was trained on: counts, histograms, licence and citation.',
  responses: {
    200: json(
      z.object({
        name: z.string(),
        users: z.int(),
        items: z.int(),
        ratings: z.int(),
        density: z.number(),
        mean: z.number(),
        histogram: z.array(z.object({ rating: z.number(), count: z.int() })),
        perUser: z.record(z.string(), z.number()),
        perItem: z.record(z.string(), z.number()),
        licence: z.string().nullable(),
        citation: z.string().nullable(),
      }),
      'Statistics.',
    ),
  },
})
export const listReports = route('read', {
  ...{ method: 'get', path: '/v1/reports', operationId: 'listReports', tags: ['lab'] },
  summary:
    'Tables of the papers, theirs beside ours: the results.json that `marquee reproduce` wrote, where the server was given one.',
  responses: {
    200: json(z.object({ document: z.record(z.string(), z.unknown()).nullable() }), 'The document, or null.'),
  },
})
