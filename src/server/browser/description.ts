import type { z } from '@hono/zod-openapi'
import type { browserModel } from '../api/routes/browser.ts'
import type { Answer } from '../service/types.ts'

/** What GET /v1/browser-model answers. */
export type BrowserDescription = z.output<
  (typeof browserModel)['responses'][200]['content']['application/json']['schema']
>
export type BrowserFile = BrowserDescription['files']['float32']

/** Counts up when what the files hold changes, so that those of an earlier version are made again. */
export const filesFormat = 2

/** The movies a model knows, in the order of its scores: columns of one length. */
export interface BrowserVocabulary {
  readonly ids: readonly string[]
  readonly titles: readonly string[]
  /** 0 where unknown. */
  readonly years: readonly number[]
  /** Names, and for each movie places in them. */
  readonly genreNames: readonly string[]
  readonly genres: readonly (readonly number[])[]
  /** IMDb ids, digits only, and TMDB ids: what imports are matched by and links lead to. */
  readonly imdb: readonly (string | null)[]
  readonly tmdb: readonly (string | null)[]
  /** Training ratings, their sum and the sum of their squares. */
  readonly counts: readonly number[]
  readonly sums: readonly number[]
  readonly squares: readonly number[]
  /** One character for each movie: "1" where the model may name it as similar to another. */
  readonly neighbours: string
  /** People whose ratings the model was trained on. */
  readonly users: number
}

/** The map as a browser downloads it: titles and numbers of ratings stand in the vocabulary. */
export type BrowserMap = Pick<
  Answer<'getMap'>,
  'method' | 'ready' | 'preservation' | 'ids' | 'x' | 'y' | 'genre' | 'genres'
>

export const filesPath = '/v1/browser-model/files/'

/** "fold-in.0123456789abcdef.onnx": what lies in the folder of files. */
export const fileName = /^[a-z][a-z0-9-]*\.[0-9a-f]{16}\.(onnx|json|wasm)$/
