import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join, parse } from 'node:path'
import { flushDirectory, writeContainer } from '../core/container.ts'
import { MarqueeError } from '../core/errors.ts'
import type { ItemTable } from '../data/dataset.ts'
import type { Interactions } from '../data/interactions.ts'
import type { Recommender } from '../models/recommender.ts'
import {
  type ArtefactDataset,
  type ArtefactFile,
  type ArtefactManifest,
  artefactFormat,
  manifestChecksum,
  manifestName,
  ownFile,
  type Provenance,
  packageVersion,
} from './artefact.ts'

export interface ArtefactContents extends Provenance {
  /** Fitted. */
  readonly model: Recommender
  readonly train: Interactions
  readonly dataset: ArtefactDataset
  /** ISO 8601; default: now. */
  readonly created?: string
}

/**
 * Makes the folder of an artefact and makes sure it can be written to: worth calling before hours of training.
 * Throws `cannot-write`.
 */
export function prepareArtefactFolder(directory: string): void {
  guarded(directory, () => {
    mkdirSync(directory, { recursive: true })
    const probe = join(directory, `.marquee-${process.pid}.tmp`)
    writeFileSync(probe, '')
    rmSync(probe)
  })
}

/**
 * Writes an artefact. Every file is written under a temporary name, flushed to disk and renamed, the manifest last: until that
 * moment an artefact that was there before stays what it was, after it the new one is complete. Throws `cannot-write`.
 */
export async function saveArtefact(directory: string, contents: ArtefactContents): Promise<ArtefactManifest> {
  prepareArtefactFolder(directory)
  const { model, train, dataset, created = new Date().toISOString(), ...provenance } = contents
  const state = model.save()
  const graphs = await model.onnx()
  return guarded(directory, () => {
    const put = (name: string, extension: string, write: (path: string) => void): ArtefactFile =>
      putFile(directory, name, extension, write)
    const vocabulary = put('vocabulary', 'json', (path) =>
      writeFlushed(path, JSON.stringify({ users: train.users.ids(), items: train.items.ids() })),
    )
    const files: ArtefactFile[] = [
      put('parameters', 'bin', (path) => writeContainer(path, { kind: 'parameters', ...state })),
      put('ratings', 'bin', (path) => writeRatings(path, train)),
      vocabulary,
      put('items', 'json', (path) => writeFlushed(path, JSON.stringify(itemsJson(dataset.items)))),
      ...graphs.map(({ name, bytes, signature }) => ({
        ...put(parse(name).name, 'onnx', (path) => writeFlushed(path, bytes)),
        signature,
      })),
    ]
    const unsigned: Omit<ArtefactManifest, 'checksum'> = {
      format: artefactFormat,
      marquee: packageVersion(),
      created,
      model: { name: model.name, hyperparameters: model.hyperparameters, abilities: model.abilities },
      dataset: {
        name: dataset.name,
        fingerprint: dataset.fingerprint,
        licence: dataset.source.licence,
        citation: dataset.source.citation,
        users: train.users.size,
        items: train.items.size,
        ratings: dataset.interactions.count,
        trainingRatings: train.count,
        scale: train.scale,
      },
      ...provenance,
      vocabularyHash: vocabulary.sha256,
      files,
    }
    // What JSON drops or changes (undefined, NaN) must not differ between what is signed and what is read back.
    const plain = JSON.parse(JSON.stringify(unsigned)) as typeof unsigned
    const manifest: ArtefactManifest = { ...plain, checksum: manifestChecksum(plain) }
    const temporary = join(directory, `${manifestName}.${process.pid}.tmp`)
    writeFlushed(temporary, `${JSON.stringify(manifest, null, 2)}\n`)
    renameSync(temporary, join(directory, manifestName))
    flushDirectory(directory)
    removeOutdated(directory, new Set(files.map(({ file }) => file)))
    return manifest
  })
}

/** Writes under a temporary name, then renames to the name that carries the checksum. */
function putFile(directory: string, name: string, extension: string, write: (path: string) => void): ArtefactFile {
  const temporary = join(directory, `${name}.${process.pid}.tmp`)
  try {
    write(temporary)
    const sha256 = hashFile(temporary)
    const file = `${name}.${sha256.slice(0, 8)}.${extension}`
    const bytes = statSync(temporary).size
    renameSync(temporary, join(directory, file))
    return { name, file, bytes, sha256 }
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

function writeRatings(path: string, train: Interactions): void {
  const { user, item, rating, timestamp, scale, count } = train
  const shape = [count]
  const tensors = { user: { shape, data: user }, item: { shape, data: item }, rating: { shape, data: rating } }
  writeContainer(path, {
    kind: 'ratings',
    values: { scale },
    tensors: timestamp ? { ...tensors, timestamp: { shape, data: timestamp } } : tensors,
  })
}

const itemsJson = (items: ItemTable): object => ({ ...items, years: [...items.years] })

function writeFlushed(path: string, content: string | Uint8Array): void {
  const file = openSync(path, 'w')
  try {
    writeFileSync(file, content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** SHA-256 (hex) of a file, read in pieces. */
export function hashFile(path: string): string {
  const hash = createHash('sha256')
  const buffer = new Uint8Array(1 << 20)
  const file = openSync(path, 'r')
  try {
    for (let got = readSync(file, buffer); got > 0; got = readSync(file, buffer)) hash.update(buffer.subarray(0, got))
  } finally {
    closeSync(file)
  }
  return hash.digest('hex')
}

/** Removes files of the artefact that was replaced, and of writings that were cut short. */
function removeOutdated(directory: string, keep: ReadonlySet<string>): void {
  for (const name of readdirSync(directory)) {
    if (ownFile.test(name) && !keep.has(name)) rmSync(join(directory, name), { force: true })
  }
}

/** True where the folder holds an artefact, readable or not. */
export function hasArtefact(directory: string): boolean {
  return existsSync(join(directory, manifestName))
}

function guarded<T>(directory: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    if (cause instanceof MarqueeError || !(cause instanceof Error) || !('code' in cause)) throw cause
    throw new MarqueeError('cannot-write', `cannot write the artefact (${cause.message})`, {
      place: directory,
      remedy: 'Check the free space and the permissions of the folder; an artefact that was there is untouched.',
      cause,
    })
  }
}
