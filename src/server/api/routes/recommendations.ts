import { z } from '@hono/zod-openapi'
import { recommendDefaults } from '../defaults.ts'
import { BatchLine, Id, Limit, Profile, RecommendationList, recommendOptions, SimilarMovie } from '../shapes.ts'
import { body, flag, json, list, params, route } from './route.ts'

const queryOptions = z.strictObject({
  k: Limit(500, recommendDefaults.k),
  exclude: list(10_000),
  genres: list(50),
  yearFrom: z.coerce.number().int().min(1800).max(2200).optional(),
  yearTo: z.coerce.number().int().min(1800).max(2200).optional(),
  includeSeen: flag,
  diversity: z.coerce.number().min(0).max(1).default(recommendDefaults.diversity),
  popularityPenalty: z.coerce.number().min(0).max(1).default(recommendDefaults.popularityPenalty),
  model: z.string().max(200).optional(),
  reasons: z.coerce.number().int().min(0).max(10).default(recommendDefaults.reasons),
})

export const recommendForUser = route('read', {
  ...{
    method: 'get',
    path: '/v1/users/{id}/recommendations',
    operationId: 'recommendForUser',
    tags: ['recommendations'],
  },
  summary:
    'For a user: of the training data, of the store, or of both; feedback counts from the moment it is answered.',
  request: { params: params('id'), query: queryOptions },
  responses: { 200: json(RecommendationList, 'Best first.') },
})
export const recommendForSession = route('read', {
  ...{
    method: 'post',
    path: '/v1/session/recommendations',
    operationId: 'recommendForSession',
    tags: ['recommendations'],
  },
  summary: 'For anybody, from their ratings alone: no user, no retraining, nothing kept.',
  request: {
    body: body(
      z.strictObject({
        profile: Profile.default([]),
        dislikes: z.array(Id).max(10_000).default([]),
        /** Chooses between versions that share the traffic, the same for the same id. Nothing of this user is read or kept. */
        user: Id.optional(),
        ...recommendOptions,
      }),
    ),
  },
  responses: { 200: json(RecommendationList, 'Best first.') },
})
export const recommendBatch = route('read', {
  ...{ method: 'post', path: '/v1/batch/recommendations', operationId: 'recommendBatch', tags: ['recommendations'] },
  summary: 'For many users, streamed: a line of NDJSON for each, in order, as it is ready.',
  request: {
    body: body(
      z.strictObject({
        users: z.array(Id).min(1).max(100_000),
        ...recommendOptions,
        reasons: recommendOptions.reasons.default(0),
      }),
    ),
  },
  responses: {
    200: {
      description: 'Each line is {"user", "list"} or {"user", "problem"}.',
      content: { 'application/x-ndjson': { schema: BatchLine } },
    },
  },
})
export const similarMovies = route('read', {
  ...{ method: 'get', path: '/v1/similar', operationId: 'similarMovies', tags: ['recommendations'] },
  summary: 'Nearest to one movie, or to the mean of several; they themselves left out.',
  request: { query: z.strictObject({ items: list(100), k: Limit(500, 10), model: z.string().max(200).optional() }) },
  responses: { 200: json(z.object({ model: z.string(), items: z.array(SimilarMovie) }), 'Nearest first.') },
})
export const predict = route('read', {
  ...{ method: 'post', path: '/v1/predictions', operationId: 'predict', tags: ['recommendations'] },
  summary: 'Predicted ratings (null for models that predict none) and scores for given pairs.',
  request: {
    body: body(
      z.strictObject({
        pairs: z
          .array(z.strictObject({ user: Id, item: Id }))
          .max(10_000)
          .default([]),
        /** Or for a posted profile: these movies. */
        profile: Profile.optional(),
        items: z.array(Id).max(10_000).default([]),
        model: z.string().max(200).optional(),
      }),
    ),
  },
  responses: {
    200: json(
      z.object({
        model: z.string(),
        predictions: z.array(
          z.object({
            user: z.string().nullable(),
            item: z.string(),
            score: z.number(),
            rating: z.number().nullable(),
            /** Whether user and movie were known, and what answered where they were not. */
            fallback: z.string().nullable(),
          }),
        ),
      }),
      'In the order asked.',
    ),
  },
})
export const explain = route('read', {
  ...{ method: 'post', path: '/v1/explanations', operationId: 'explain', tags: ['recommendations'] },
  summary: 'Why the model predicts what it predicts: for a user or a profile, and a movie.',
  request: {
    body: body(
      z.strictObject({
        /** Whom it is explained for; beside a profile it only chooses between versions that share the traffic, as for a session's list. */
        user: Id.optional(),
        profile: Profile.optional(),
        item: Id,
        k: z.int().min(1).max(50).default(5),
        model: z.string().max(200).optional(),
      }),
    ),
  },
  responses: {
    200: json(
      z
        .object({
          model: z.string(),
          item: z.string(),
          title: z.string(),
          rating: z.number().nullable(),
          score: z.number(),
          strength: z.number().nullable(),
          attention: z.object({ user: z.number(), item: z.number() }).nullable(),
          shapley: z.record(z.string(), z.number()),
          /** In plain words, a paragraph. */
          text: z.string(),
          ratings: z.array(
            z.object({
              item: z.string(),
              title: z.string(),
              rating: z.number(),
              without: z.number(),
              difference: z.number(),
            }),
          ),
          measured: z.int(),
          of: z.int(),
        })
        .openapi('Explanation'),
      'The explanation.',
    ),
  },
})
