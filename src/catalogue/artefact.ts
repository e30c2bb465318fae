import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { EpochRecord } from '../core/progress.ts'
import type { Dataset, ItemTable } from '../data/dataset.ts'
import type { Interactions, RatingScale } from '../data/interactions.ts'
import type { Recommender } from '../models/recommender.ts'

/**
 * An artefact is a folder: everything that is needed to recommend, without the data set.
 *
 *   manifest.json              what it is, where it comes from, and the size and SHA-256 of every other file
 *   parameters.XXXXXXXX.bin    the model's state (a container, see core/container.ts)
 *   ratings.XXXXXXXX.bin       the training ratings: seen items and the facts fold-in needs
 *   vocabulary.XXXXXXXX.json   the original ids of users and items, in index order
 *   items.XXXXXXXX.json        titles, years, genres and links, in index order
 *   NAME.XXXXXXXX.onnx         the model's graphs, where it has any
 *
 * XXXXXXXX are the first digits of the file's SHA-256. A new artefact's files thus never overwrite those of the one it
 * replaces, and the renaming of manifest.json is the one moment at which the old artefact becomes the new one.
 */
export const artefactFormat = 1

export interface ArtefactFile {
  /** What it is, the part of the file name before the digits: "parameters". */
  readonly name: string
  readonly file: string
  readonly bytes: number
  /** Hex. */
  readonly sha256: string
  /** Inputs and outputs of an .onnx file, with their shapes. */
  readonly signature?: string
}

/** What is known about how an artefact came to be; the caller's part of the manifest. */
export interface Provenance {
  /** How the data was split before training; null where all of it was used. JSON. */
  readonly split: unknown
  readonly seed: number
  readonly threads: number
  /** Whether the same seed, threads and data give the same model again. */
  readonly repeatable: boolean
  /** Held-out metrics by name (null where the model has none), empty where nothing was held out. */
  readonly metrics: Readonly<Record<string, number | null>>
  readonly epochs: readonly EpochRecord[]
  readonly bestEpoch: number | null
  readonly seconds: Readonly<Record<string, number>>
  /** Anything else worth keeping, as JSON. */
  readonly notes?: Readonly<Record<string, unknown>>
}

export interface ArtefactManifest extends Provenance {
  readonly format: number
  /** The version of Marquee that wrote it. */
  readonly marquee: string
  /** ISO 8601. */
  readonly created: string
  readonly model: {
    readonly name: string
    readonly hyperparameters: Readonly<Record<string, unknown>>
    readonly abilities: Recommender['abilities']
  }
  readonly dataset: {
    readonly name: string
    readonly fingerprint: string
    readonly licence: string | null
    readonly citation: string | null
    readonly users: number
    readonly items: number
    /** Of the whole data set, and of the part that was trained on. */
    readonly ratings: number
    readonly trainingRatings: number
    readonly scale: RatingScale
  }
  /** SHA-256 (hex) of the vocabulary file. */
  readonly vocabularyHash: string
  readonly files: readonly ArtefactFile[]
  /** SHA-256 (hex) of the manifest without this field: see manifestChecksum. */
  readonly checksum: string
}

/** What a data set must give to an artefact. */
export type ArtefactDataset = Pick<Dataset, 'name' | 'items' | 'source' | 'fingerprint'> & {
  readonly interactions: Pick<Interactions, 'count'>
}

/** A loaded artefact. */
export interface Artefact {
  readonly directory: string
  readonly manifest: ArtefactManifest
  /** Fitted. */
  readonly model: Recommender
  /** The training ratings, with the vocabularies. */
  readonly train: Interactions
  readonly items: ItemTable
}

export const manifestName = 'manifest.json'
/** File names an artefact may hold; anything else in its folder is the user's and is left alone. */
export const ownFile = /^[\w-]+\.[0-9a-f]{8}\.(?:bin|json|onnx)$/

/** The checksum of a manifest: over its JSON without the field itself, indented as it is written. */
export function manifestChecksum(manifest: object): string {
  const { checksum: _, ...rest } = manifest as { checksum?: string }
  return createHash('sha256')
    .update(JSON.stringify(rest, null, 2))
    .digest('hex')
}

/** The version in Marquee's own package.json. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
