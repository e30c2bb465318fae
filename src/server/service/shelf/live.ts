import { createHash } from 'node:crypto'
import type { Artefact, ArtefactManifest } from '../../../catalogue/artefact.ts'
import { MarqueeError } from '../../../core/errors.ts'
import type { ItemTable } from '../../../data/dataset.ts'
import type { Interactions } from '../../../data/interactions.ts'
import { type Rows, unitRows } from '../../../models/cosine.ts'
import type { Recommender } from '../../../models/recommender.ts'
import type { StoredModel } from '../../../store/store.ts'
import { oneAtATime } from './one-at-a-time.ts'

/** Models whose vectors are as wide as there are movies: a table of them is hundreds of megabytes. */
const wide: ReadonlySet<string> = new Set(['ease'])

/**
 * A version that is loaded, and what requests keep asking of it. Never changed: whoever holds it answers from it, however
 * long, while another is put in its place; when the last request on it has ended, its sessions are freed.
 */
export class Live {
  readonly stored: StoredModel
  readonly manifest: ArtefactManifest
  readonly directory: string
  /** Its calls run one after the other. */
  readonly model: Recommender
  /** The fitted model itself, for work that nothing else may interleave with. */
  readonly bare: Recommender
  readonly train: Interactions
  readonly items: ItemTable
  /** Training ratings of every item. */
  readonly counts: Int32Array
  /** log(1 + counts): popularity as re-ranking takes it. */
  readonly logCounts: Float32Array
  /** Four bytes that stand for the version in recommendation ids. */
  readonly digest: number
  /** Requests under way. */
  inFlight = 0
  private retired = false
  private readonly genres: ReadonlyMap<string, Uint8Array>
  private means: Float32Array | null = null
  private unit: Rows | null | undefined

  constructor(stored: StoredModel, { manifest, directory, model, train, items }: Artefact) {
    this.stored = stored
    this.manifest = manifest
    this.directory = directory
    this.bare = model
    this.model = oneAtATime(model)
    this.train = train
    this.items = items
    this.digest = digestOf(stored.version)
    const { offsets } = train.byItem()
    this.counts = Int32Array.from({ length: train.items.size }, (_, item) => offsets[item + 1]! - offsets[item]!)
    this.logCounts = Float32Array.from(this.counts, (count) => Math.log1p(count))
    const genres = new Map<string, Uint8Array>()
    items.genres.forEach((own, item) => {
      for (const genre of own) {
        const key = genre.toLowerCase()
        const mask = genres.get(key) ?? new Uint8Array(train.items.size)
        mask[item] = 1
        genres.set(key, mask)
      }
    })
    this.genres = genres
  }

  get version(): string {
    return this.stored.version
  }

  /** It is off the shelf: once no request is on it, what it holds outside of JavaScript is freed. */
  retire(): void {
    this.retired = true
    this.settle()
  }

  /** After a request: the last one on a retired version frees it. One that comes late all the same opens anew what it needs. */
  settle(): void {
    if (this.retired && this.inFlight === 0) void this.model.release?.().catch(() => undefined)
  }

  /** 1 for the items of a genre, whatever its letter case; null for a genre nothing has. */
  ofGenre(genre: string): Uint8Array | null {
    return this.genres.get(genre.toLowerCase()) ?? null
  }

  /** Throws `unknown-movie`. */
  itemOf(id: string, place?: string): number {
    const item = this.train.items.indexOf(id)
    if (item >= 0) return item
    throw new MarqueeError(
      'unknown-movie',
      `the model ${this.version} knows no movie with the id ${JSON.stringify(id)}`,
      {
        ...(place !== undefined && { place }),
        remedy: 'GET /v1/movies?query=… finds ids by title.',
      },
    )
  }

  /** Mean training rating of every item; NaN without any. */
  meanRatings(): Float32Array {
    if (!this.means) {
      const { offsets, values } = this.train.byItem()
      this.means = Float32Array.from({ length: this.counts.length }, (_, item) => {
        let sum = 0
        for (let at = offsets[item]!; at < offsets[item + 1]!; at++) sum += values[at]!
        return sum / this.counts[item]!
      })
    }
    return this.means
  }

  /** Item vectors at unit length; null for models without, or with vectors too wide to keep. */
  units(): Rows | null {
    if (this.unit === undefined) {
      const vectors = wide.has(this.model.name) ? null : (this.bare.vectors?.() ?? null)
      this.unit = vectors && unitRows(vectors)
    }
    return this.unit
  }
}

export const digestOf = (version: string): number => createHash('sha256').update(version).digest().readUInt32BE(0)
