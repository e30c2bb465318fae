import { z } from '@hono/zod-openapi'
import { feedbackKinds } from '../../store/store.ts'
import { recommendDefaults } from './defaults.ts'

/** Printable text without control characters: what a user or movie id may be. */
export const Id = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'an id has no control characters')

/** RFC 9457, application/problem+json: every answer of 400 and above. */
export const Problem = z
  .object({
    type: z.string().openapi({ example: 'about:blank' }),
    title: z.string().openapi({ example: 'Bad Request' }),
    status: z.int(),
    /** Stable, kebab-case, for machines: "unknown-movie". */
    code: z.string().openapi({ example: 'unknown-movie' }),
    /** What is wrong, naming the value, the place and the remedy. */
    detail: z.string(),
    /** Where in the request: "body.profile.0.rating". */
    place: z.string().optional(),
    remedy: z.string().optional(),
    /** The id under which the log has this request. */
    requestId: z.string(),
  })
  .openapi('Problem')

export const Movie = z
  .object({
    id: z.string(),
    title: z.string().openapi({ example: 'Toy Story (1995)' }),
    year: z.int().nullable(),
    genres: z.array(z.string()),
    imdb: z.string().nullable().openapi({ description: 'IMDb id, digits only', example: '0114709' }),
    tmdb: z.string().nullable(),
    ratings: z.int().openapi({ description: 'training ratings of the live model' }),
    meanRating: z.number().nullable(),
  })
  .openapi('Movie')

/** A rating of somebody's profile. `item` is a movie id. */
export const ProfileEntry = z
  .strictObject({
    item: Id,
    rating: z.number().openapi({ description: 'on the scale of the data (GET /v1/models says which)', example: 4.5 }),
  })
  .openapi('ProfileEntry')

/** Most ratings a posted profile may have. */
export const profileLimit = 2_000

export const Profile = z.array(ProfileEntry).max(profileLimit)

export const Cursor = z.string().max(500).optional().openapi({ description: '`next` of the page before' })
export const Limit = (most: number, standard: number) =>
  z.coerce
    .number()
    .int()
    .min(1)
    .max(most)
    .default(standard)
    .openapi({ description: `at most ${most}` })

export const FeedbackKind = z.enum(feedbackKinds).openapi('FeedbackKind')

export const Context = z.record(z.string().max(100), z.union([z.string().max(500), z.number(), z.boolean(), z.null()]))

/** How a list is asked for; the same for users, sessions and batches. */
export const recommendOptions = {
  k: z.int().min(1).max(500).default(recommendDefaults.k),
  /** Movies left out. */
  exclude: z.array(Id).max(10_000).default([]),
  /** Movies must have one of these genres; empty: any. */
  genres: z.array(z.string().max(60)).max(50).default([]),
  yearFrom: z.int().min(1800).max(2200).optional(),
  yearTo: z.int().min(1800).max(2200).optional(),
  /** Rated movies too. */
  includeSeen: z.boolean().default(recommendDefaults.includeSeen),
  /** 0: by score alone; 1: each movie as unlike those before it as can be (maximal marginal relevance over the best 10 k, at most 2,000; fewer, but never under 2 k, for models with long vectors). */
  diversity: z.number().min(0).max(1).default(recommendDefaults.diversity),
  /** 0: none; 1: the popularity of a movie counts as much against it as its score counts for it. */
  popularityPenalty: z.number().min(0).max(1).default(recommendDefaults.popularityPenalty),
  /** A live version, or a model name of which one is live; default: by the traffic in force. */
  model: z.string().max(200).optional(),
  /** How many contributing ratings each reason names; 0: no measuring. */
  reasons: z.int().min(0).max(10).default(recommendDefaults.reasons),
}

/** The weights of models that have attention: they sum to 1. */
export const Attention = z.object({ user: z.number(), item: z.number() }).openapi('Attention')

/** Why a movie stands in a list. */
export const Reason = z
  .object({
    /** `ratings`: measured contributions of the person's own ratings; `fallback`: nothing personal was used. */
    kind: z.enum(['ratings', 'fallback']),
    /** In plain words: "because you gave Alien (1979) 5 stars"; on other scales than stars "because you rated Alien (1979) 9 of 10"; "… liked Alien (1979)" for a like without a rating. */
    text: z.string().openapi({ example: 'because you gave Alien (1979) 5 stars' }),
    /** The person's ratings that moved the prediction most: without it the score would be lower by `difference`. A like without a rating counts as the highest rating. */
    contributions: z.array(
      z.object({ item: z.string(), title: z.string(), rating: z.number(), difference: z.number() }),
    ),
    /** How the differences were found: left out and folded in again (exact), or read off the model's solved fold-in (exact for linear ones), null without. */
    method: z.enum(['left-out', 'decomposed']).nullable(),
    attention: Attention.nullable(),
    /** In [0, 1], for models that have one. */
    strength: z.number().nullable(),
    /** Which fallback and why: { "to": "popular", "because": "this user has rated nothing" }; null for `ratings`. */
    fallback: z.object({ to: z.string(), because: z.string() }).nullable(),
  })
  .openapi('Reason')

export const Recommendation = z
  .object({
    rank: z.int(),
    item: z.string(),
    title: z.string(),
    year: z.int().nullable(),
    genres: z.array(z.string()),
    /** What the list is ordered by before any re-ranking. */
    score: z.number(),
    /** On the data's scale; null for models of implicit feedback. */
    rating: z.number().nullable(),
    reason: Reason,
  })
  .openapi('Recommendation')

export const RecommendationList = z
  .object({
    /** Name it in feedback that came of this list. */
    recommendation: z.string(),
    /** The version that answered. */
    model: z.string(),
    /** Ratings of the profile that were used. */
    profile: z.int(),
    /** Ids of the profile that the model does not know: they were left out. */
    unknown: z.array(z.string()),
    items: z.array(Recommendation),
    /** Where fewer than k came: why. */
    note: z.string().nullable(),
  })
  .openapi('RecommendationList')

/** A line of a batch's NDJSON: a list, or why there is none for this user. */
export const BatchLine = z
  .union([z.object({ user: z.string(), list: RecommendationList }), z.object({ user: z.string(), problem: Problem })])
  .openapi('BatchLine')

export const SimilarMovie = z
  .object({
    item: z.string(),
    title: z.string(),
    year: z.int().nullable(),
    genres: z.array(z.string()),
    /** Cosine, -1 to 1. */
    similarity: z.number(),
  })
  .openapi('SimilarMovie')

export const Feedback = z
  .object({
    seq: z.int(),
    user: z.string(),
    item: z.string(),
    kind: FeedbackKind,
    action: z.enum(['put', 'delete']),
    value: z.number().nullable(),
    time: z.string(),
    context: Context.nullable(),
    recommendation: z.string().nullable(),
    received: z.string(),
  })
  .openapi('Feedback')

export const NewFeedback = z
  .strictObject({
    user: Id,
    item: Id,
    kind: FeedbackKind,
    /** Of a rating, on the data's scale; none for other kinds. */
    value: z.number().nullable().default(null),
    time: z.iso.datetime({ offset: true }).optional(),
    context: Context.nullable().default(null),
    recommendation: z.string().max(300).nullable().default(null),
  })
  .openapi('NewFeedback')

export const User = z
  .object({ id: z.string(), created: z.string(), attributes: z.record(z.string(), z.unknown()) })
  .openapi('User')

export const Model = z
  .object({
    version: z.string(),
    model: z.string(),
    created: z.string(),
    live: z.boolean(),
    /** Share of the users it answers; 0 where it is live for those who name it. */
    share: z.number(),
    abilities: z.object({
      ratings: z.boolean(),
      foldIn: z.boolean(),
      similar: z.boolean(),
      explain: z.boolean(),
      unseenItems: z.boolean(),
      /** Has a fold-in graph that runs in the browser. */
      browser: z.boolean(),
    }),
    scale: z.object({ min: z.number(), max: z.number(), step: z.number().nullable() }),
    dataset: z.object({
      name: z.string(),
      users: z.int(),
      items: z.int(),
      ratings: z.int(),
      licence: z.string().nullable(),
      citation: z.string().nullable(),
    }),
    metrics: z.record(z.string(), z.number().nullable()),
    epochs: z.array(
      z.object({ epoch: z.int(), loss: z.number(), validation: z.number().nullable(), learningRate: z.number() }),
    ),
    hyperparameters: z.record(z.string(), z.unknown()),
    trainedThrough: z.int(),
  })
  .openapi('Model')

/** A training in the background. */
export const Job = z
  .object({
    id: z.string(),
    state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
    model: z.string(),
    /** Why it was started: "admin", "schedule", "ratings" (enough new ones). */
    trigger: z.enum(['admin', 'schedule', 'ratings']),
    started: z.string().nullable(),
    ended: z.string().nullable(),
    progress: z
      .object({
        stage: z.string(),
        done: z.number(),
        total: z.number().nullable(),
        epoch: z.int().nullable(),
        epochs: z.int().nullable(),
        secondsLeft: z.number().nullable(),
      })
      .nullable(),
    /** `measured`: of the fit on nine tenths that the figures come from; `final`: of the fit that is served. Each counts from 1. */
    epochs: z.array(
      z.object({
        fit: z.enum(['measured', 'final']),
        epoch: z.int(),
        loss: z.number(),
        validation: z.number().nullable(),
        learningRate: z.number(),
      }),
    ),
    /** The version it made. */
    version: z.string().nullable(),
    error: z.string().nullable(),
  })
  .openapi('Job')
