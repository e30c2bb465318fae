import { z } from '@hono/zod-openapi'
import { Id } from '../shapes.ts'
import { body, json, params, route } from './route.ts'

const Preference = z.object({
  a: z.int(),
  b: z.int(),
  answers: z.int(),
  rate: z.number().nullable(),
  interval: z.array(z.number()).length(2).nullable(),
  p: z.number(),
})
const StudyShape = z.object({ id: z.string(), title: z.string(), created: z.string(), comparisons: z.int() })
export const listStudies = route('read', {
  ...{ method: 'get', path: '/v1/studies', operationId: 'listStudies', tags: ['studies'] },
  responses: {
    200: json(
      z.object({ studies: z.array(StudyShape) }),
      'Newest first. The systems compared are named only in the results.',
    ),
  },
})
export const createStudy = route('admin', {
  ...{ method: 'post', path: '/v1/studies', operationId: 'createStudy', tags: ['studies'] },
  request: {
    body: body(
      z.strictObject({
        title: z.string().min(1).max(200),
        a: z.string().max(200),
        b: z.string().max(200),
        seed: z.int().default(1),
        comparisons: z.int().min(1).max(100).default(15),
        minimumProfile: z.int().min(1).default(20),
        maximumProfile: z.int().min(1).default(60),
        minimumRatings: z.int().min(0).default(20),
      }),
    ),
  },
  responses: { 201: json(StudyShape, 'Ready.') },
})
export const studyQuestion = route('read', {
  ...{ method: 'get', path: '/v1/studies/{id}/questions', operationId: 'studyQuestion', tags: ['studies'] },
  summary: 'The next question that a participant has not answered; null when all are.',
  request: { params: params('id'), query: z.strictObject({ participant: Id }) },
  responses: {
    200: json(
      z.object({
        question: z
          .object({
            number: z.int(),
            of: z.int(),
            profile: z.array(z.object({ title: z.string(), rating: z.number() })),
            most: z.number(),
            movies: z.array(z.object({ title: z.string(), genres: z.array(z.string()) })).length(2),
          })
          .nullable(),
      }),
      'Blinded: nothing in it tells the systems apart.',
    ),
  },
})
export const answerQuestion = route('feedback', {
  ...{ method: 'post', path: '/v1/studies/{id}/answers', operationId: 'answerQuestion', tags: ['studies'] },
  request: {
    params: params('id'),
    body: body(
      z.strictObject({ participant: Id, number: z.int().min(1), chosen: z.union([z.literal(0), z.literal(1)]) }),
    ),
  },
  responses: {
    201: json(z.object({ number: z.int() }), 'Kept. A second answer to the same question is refused (409).'),
  },
})
export const studyResults = route('read', {
  ...{ method: 'get', path: '/v1/studies/{id}/results', operationId: 'studyResults', tags: ['studies'] },
  request: { params: params('id') },
  responses: {
    200: json(
      z.object({
        a: z.string(),
        b: z.string(),
        preference: Preference,
        byParticipant: Preference,
        first: Preference,
        participants: z.int(),
        sameBest: z.int(),
      }),
      'Preference for a, with its 95% interval and the sign test.',
    ),
  },
})
