import type { BrowserDescription, BrowserMap, BrowserVocabulary } from '../../../src/server/browser/description.ts'
import type { RecommendationList } from '../api.ts'
import type { LocalModel } from './live.ts'

export type { BrowserDescription, BrowserMap, BrowserVocabulary }
/** The movies' ids and the visitor's ratings of them. */
export interface BrowserProfileEntry {
  readonly item: string
  readonly rating: number
}

/** As the server's route for sessions takes them; every default is the same. */
export interface BrowserRecommendOptions {
  readonly k?: number
  readonly exclude?: readonly string[]
  /** "Not interested". */
  readonly dislikes?: readonly string[]
  readonly genres?: readonly string[]
  readonly yearFrom?: number | undefined
  readonly yearTo?: number | undefined
  readonly includeSeen?: boolean
  readonly diversity?: number
  readonly popularityPenalty?: number
  readonly reasons?: number
}

export type Precision = 'float32' | 'int8'

/** Bytes after decompression, of all files together. */
export interface DownloadProgress {
  readonly bytes: number
  readonly of: number
}

export interface BrowserModelInfo {
  readonly description: BrowserDescription
  readonly precision: Precision
  /** Of all files of this precision: what they take in memory, and what travels where the server may compress. */
  readonly bytes: number
  readonly compressedBytes: number
  /** What 8-bit weights cost; null where it is not measured yet. */
  readonly loss: BrowserDescription['loss']
}

export interface BrowserModel {
  readonly info: BrowserModelInfo
  readonly vocabulary: BrowserVocabulary
  /** null for a model that has none; perhaps a sketch. */
  readonly map: BrowserMap | null
  /**
   * As POST /v1/session/recommendations answers, computed here: nothing is sent anywhere. Calls are answered in order. Ids that
   * the model does not know are listed in `unknown`. Throws a {@link BrowserModelError} for a rating outside the scale.
   */
  recommend(profile: readonly BrowserProfileEntry[], options?: BrowserRecommendOptions): Promise<RecommendationList>
  /** As the server answers, of the same weights: see LocalModel. */
  similar: LocalModel['similar']
  explain: LocalModel['explain']
  firstPicks: LocalModel['firstPicks']
  /** Frees the memory; calls under way and later ones fail. */
  close(): void
}

/** Why the model cannot be loaded or asked, in words for a person. */
export class BrowserModelError extends Error {
  override name = 'BrowserModelError'
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
