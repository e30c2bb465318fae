import { z } from '@hono/zod-openapi'
import { Cursor, Id, Limit, Movie } from '../shapes.ts'
import { body, json, list, params, route } from './route.ts'

export const listMovies = route('read', {
  ...{ method: 'get', path: '/v1/movies', operationId: 'listMovies', tags: ['movies'] },
  summary:
    'Search by title (typing errors forgiven, prefixes while typing), filter by genre and year; without a query: the most rated first.',
  request: {
    query: z.strictObject({
      query: z.string().max(200).optional(),
      genre: z.string().max(60).optional(),
      yearFrom: z.coerce.number().int().min(1800).max(2200).optional(),
      yearTo: z.coerce.number().int().min(1800).max(2200).optional(),
      cursor: Cursor,
      limit: Limit(200, 20),
    }),
  },
  responses: {
    200: json(z.object({ movies: z.array(Movie), next: z.string().nullable(), total: z.int() }), 'A page.'),
  },
})
export const getMovie = route('read', {
  ...{ method: 'get', path: '/v1/movies/{id}', operationId: 'getMovie', tags: ['movies'] },
  request: { params: params('id') },
  responses: { 200: json(Movie, 'The movie.') },
})
export const putMovies = route('admin', {
  ...{ method: 'put', path: '/v1/movies', operationId: 'putMovies', tags: ['movies'] },
  summary:
    'Add movies: rated from now on, found within seconds, recommended once a model has been trained with them, by models that declare unseenItems before anybody has rated them. What a model was trained with keeps its title and genres there.',
  request: {
    body: body(
      z.strictObject({
        movies: z
          .array(
            z.strictObject({
              id: Id,
              title: z.string().min(1).max(500),
              year: z.int().min(1800).max(2200).nullable().default(null),
              genres: z.array(z.string().min(1).max(60)).max(50).default([]),
              tags: z.array(z.string().min(1).max(100)).max(200).default([]),
              imdb: z.string().max(20).nullable().default(null),
              tmdb: z.string().max(20).nullable().default(null),
            }),
          )
          .min(1)
          .max(1_000),
      }),
    ),
  },
  responses: { 200: json(z.object({ put: z.int() }), 'How many.') },
})
export const listGenres = route('read', {
  ...{ method: 'get', path: '/v1/genres', operationId: 'listGenres', tags: ['movies'] },
  responses: {
    200: json(z.object({ genres: z.array(z.object({ genre: z.string(), movies: z.int() })) }), 'Most movies first.'),
  },
})
export const firstPicks = route('read', {
  ...{ method: 'get', path: '/v1/movies/first-picks', operationId: 'firstPicks', tags: ['movies'] },
  summary:
    'Movies whose rating would tell most about somebody new: known to many, judged differently, unlike each other.',
  request: { query: z.strictObject({ k: Limit(100, 20), rated: list(2000) }) },
  responses: {
    200: json(
      z.object({ movies: z.array(Movie.extend({ information: z.number(), why: z.string() })) }),
      'Most informative first.',
    ),
  },
})
export const popular = route('read', {
  ...{ method: 'get', path: '/v1/popular', operationId: 'popular', tags: ['movies'] },
  request: { query: z.strictObject({ k: Limit(500, 20), genre: z.string().max(60).optional() }) },
  responses: { 200: json(z.object({ movies: z.array(Movie) }), 'By ratings, those of the store included.') },
})
export const latest = route('read', {
  ...{ method: 'get', path: '/v1/latest', operationId: 'latest', tags: ['movies'] },
  request: { query: z.strictObject({ k: Limit(500, 20), genre: z.string().max(60).optional() }) },
  responses: { 200: json(z.object({ movies: z.array(Movie) }), 'By year, then by ratings.') },
})
export const matchMovies = route('read', {
  ...{ method: 'post', path: '/v1/movies/match', operationId: 'matchMovies', tags: ['movies'] },
  summary:
    'Find many movies at once, by IMDb or TMDB id or by title and year: what an import of another site’s export needs.',
  request: {
    body: body(
      z.strictObject({
        movies: z
          .array(
            z.strictObject({
              imdb: z.string().max(20).nullable().default(null),
              tmdb: z.string().max(20).nullable().default(null),
              title: z.string().max(300).nullable().default(null),
              year: z.int().nullable().default(null),
            }),
          )
          .min(1)
          .max(5_000),
      }),
    ),
  },
  responses: {
    200: json(
      z.object({
        matches: z.array(
          z.object({ movie: Movie.nullable(), by: z.enum(['imdb', 'tmdb', 'title-year', 'title']).nullable() }),
        ),
      }),
      'One entry for each asked, in order; null where nothing matches.',
    ),
  },
})
