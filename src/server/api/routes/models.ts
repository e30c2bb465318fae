import { z } from '@hono/zod-openapi'
import { Model } from '../shapes.ts'
import { body, json, params, route } from './route.ts'

export const listModels = route('read', {
  ...{ method: 'get', path: '/v1/models', operationId: 'listModels', tags: ['models'] },
  responses: { 200: json(z.object({ models: z.array(Model) }), 'Live ones first, then newest first.') },
})
export const activateModel = route('admin', {
  ...{ method: 'post', path: '/v1/models/{version}/activate', operationId: 'activateModel', tags: ['models'] },
  summary: 'All traffic to this version. No request is dropped.',
  request: { params: params('version') },
  responses: { 200: json(Model, 'The live model.') },
})
export const addModel = route('admin', {
  ...{ method: 'post', path: '/v1/models', operationId: 'addModel', tags: ['models'] },
  summary: 'Register the artefact in a folder of the server.',
  request: {
    body: body(z.strictObject({ artefact: z.string().min(1).max(1_000), activate: z.boolean().default(false) })),
  },
  responses: { 201: json(Model, 'Registered and loaded.') },
})
export const removeModel = route('admin', {
  ...{ method: 'delete', path: '/v1/models/{version}', operationId: 'removeModel', tags: ['models'] },
  request: { params: params('version') },
  responses: { 200: json(z.object({ removed: z.string() }), 'Unloaded; the artefact stays on the disk.') },
})

const Traffic = z.object({
  variants: z.array(z.object({ version: z.string(), share: z.number() })),
  salt: z.string(),
  since: z.string(),
})
export const getTraffic = route('read', {
  ...{ method: 'get', path: '/v1/traffic', operationId: 'getTraffic', tags: ['models'] },
  summary: 'Which versions share the users, and the feedback that each has earned.',
  responses: {
    200: json(
      z.object({
        traffic: Traffic,
        report: z.array(
          z.object({
            version: z.string(),
            share: z.number(),
            served: z.int(),
            users: z.int(),
            feedback: z.record(z.string(), z.int()),
            meanRating: z.number().nullable(),
          }),
        ),
      }),
      'Side by side.',
    ),
  },
})
export const setTraffic = route('admin', {
  ...{ method: 'put', path: '/v1/traffic', operationId: 'setTraffic', tags: ['models'] },
  request: {
    body: body(
      z.strictObject({
        variants: z
          .array(z.strictObject({ version: z.string().max(200), share: z.number().positive().max(1) }))
          .min(1)
          .max(20),
        salt: z.string().max(100).optional(),
      }),
    ),
  },
  responses: { 200: json(Traffic, 'In force.') },
})
