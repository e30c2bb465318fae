import { z } from '@hono/zod-openapi'
import { json, route } from './route.ts'

const BrowserFile = z
  .object({
    /** Named by its content, so that it may be kept for ever. */
    url: z.string().openapi({ example: '/v1/browser-model/files/fold-in.0123456789abcdef.onnx' }),
    bytes: z.int(),
    /** What travels where the browser reads Brotli, as all do over HTTPS and on localhost. */
    compressedBytes: z.int(),
    sha256: z.string(),
  })
  .openapi('BrowserFile')

const Errors = z.object({ rmse: z.number(), mae: z.number() }).nullable()

const Loss = z
  .object({
    /** `held-out`: never trained on; `left-out`: training ratings left out of the profiles, where the data are not at hand. */
    of: z.enum(['held-out', 'left-out']),
    users: z.int(),
    ratings: z.int(),
    /** Null for models that predict no ratings. */
    float32: Errors,
    int8: Errors,
    /** Of the best ten movies by float32 weights, the share that 8-bit weights have too. */
    overlapAt10: z.number(),
    largestScoreDifference: z.number(),
    meanScoreDifference: z.number(),
  })
  .openapi('QuantisationLoss')

export const browserModel = route('read', {
  ...{ method: 'get', path: '/v1/browser-model', operationId: 'browserModel', tags: ['models'] },
  summary:
    'A model to run in the browser alone: the fold-in graph for ONNX Runtime with 32-bit or 8-bit weights, the movies it knows and their map, sizes, and what 8 bits cost.',
  request: {
    query: z.strictObject({
      model: z
        .string()
        .max(200)
        .optional()
        .openapi({ description: 'a live version; without, the one that answers most' }),
    }),
  },
  responses: {
    200: json(
      z
        .object({
          /** The version. */
          model: z.string(),
          name: z.string(),
          scale: z.object({ min: z.number(), max: z.number(), step: z.number().nullable() }),
          /** Whether scores are predicted ratings. */
          ratings: z.boolean(),
          /** Whether the graph gives item vectors too: `candidate` in, `vectors` out. */
          vectors: z.boolean(),
          items: z.int(),
          hyperparameters: z.record(z.string(), z.unknown()),
          files: z.object({
            float32: BrowserFile,
            int8: BrowserFile,
            /** Ids here, at IMDb and at TMDB, titles, years, genres and sums of ratings, in the order of the scores. */
            vocabulary: BrowserFile,
            /** Places on the map: of a sketch until the careful map is drawn; null for models without. */
            map: BrowserFile.nullable(),
            /** ONNX Runtime's WebAssembly. */
            runtime: BrowserFile,
          }),
          /** What 8-bit weights cost; null while that is being measured, in the background, after the first request. */
          loss: Loss.nullable(),
        })
        .openapi('BrowserModel'),
      'What there is to download. 409 where the model has no such graph.',
    ),
  },
})
