import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readContainer } from '../core/container.ts'
import { MarqueeError } from '../core/errors.ts'
import type { ItemTable } from '../data/dataset.ts'
import { type CompressedBoth, Interactions, type RatingScale } from '../data/interactions.ts'
import { Vocabulary } from '../data/vocabulary.ts'
import type { ModelState } from '../models/recommender.ts'
import { createModel } from '../models/registry.ts'
import {
  type Artefact,
  type ArtefactFile,
  type ArtefactManifest,
  artefactFormat,
  manifestChecksum,
  manifestName,
  packageVersion,
} from './artefact.ts'
import { hashFile } from './artefact-save.ts'
import { registerBuiltins } from './builtin.ts'

const remedy = 'Train again, or copy the artefact again from where it came.'

/**
 * The manifest alone, its own checksum verified. Throws `no-artefact` where the folder has none, `other-version` for another
 * format, `broken-artefact` where it was changed.
 */
export function readManifest(directory: string): ArtefactManifest {
  const path = join(directory, manifestName)
  if (!existsSync(path)) {
    throw new MarqueeError('no-artefact', 'there is no artefact here (no manifest.json)', {
      place: directory,
      remedy: 'Make one with `marquee train DATASET --model NAME --out DIR`.',
    })
  }
  let manifest: ArtefactManifest
  try {
    manifest = JSON.parse(readFileSync(path, 'utf8')) as ArtefactManifest
  } catch (cause) {
    throw new MarqueeError('broken-artefact', `the manifest cannot be read (${(cause as Error).message})`, {
      place: path,
      remedy,
      cause,
    })
  }
  if (manifest?.format !== artefactFormat) {
    const what = `artefact format ${manifest?.format} (written by Marquee ${manifest?.marquee})`
    throw new MarqueeError('other-version', `${what}; this is Marquee ${packageVersion()}, format ${artefactFormat}`, {
      place: path,
      remedy: 'Train again with this version, or use the version that wrote it.',
    })
  }
  if (manifest.checksum !== manifestChecksum(manifest)) {
    throw new MarqueeError('broken-artefact', 'the manifest was changed or damaged (its checksum does not match)', {
      place: path,
      remedy,
    })
  }
  return manifest
}

/**
 * Reads an artefact, every byte checked. The model answers with the same bits as the one that was saved. Throws what readManifest
 * throws, `broken-artefact` naming a file that is missing or changed, and `unknown-model` for a model that is not registered here.
 */
export async function loadArtefact(directory: string): Promise<Artefact> {
  return openArtefact(readArtefact(directory))
}

/** What stands in an artefact's files: plain data, which threads can hand each other. */
export interface ArtefactData {
  readonly directory: string
  readonly manifest: ArtefactManifest
  readonly users: readonly string[]
  readonly items: readonly string[]
  readonly table: ItemTable
  readonly ratings: Pick<Interactions, 'user' | 'item' | 'rating' | 'timestamp' | 'scale'>
  readonly state: ModelState
}

/** The reading half of loadArtefact, which takes most of its time: all files, every byte checked. */
export function readArtefact(directory: string): ArtefactData {
  const manifest = readManifest(directory)
  const paths = new Map(manifest.files.map((file) => [file.name, checkedPath(directory, file)]))
  const path = (name: string): string => {
    const found = paths.get(name)
    if (found) return found
    throw new MarqueeError('broken-artefact', `the manifest names no ${name} file`, { place: directory, remedy })
  }
  const { users, items } = JSON.parse(readFileSync(path('vocabulary'), 'utf8')) as Pick<ArtefactData, 'users' | 'items'>
  const known = JSON.parse(readFileSync(path('items'), 'utf8')) as Omit<ItemTable, 'years'> & { years: number[] }
  const { values, tensors } = readContainer(path('parameters'), 'parameters', remedy)
  return {
    directory,
    manifest,
    users,
    items,
    table: { ...known, years: Int16Array.from(known.years) },
    ratings: readRatings(path('ratings')),
    state: { values, tensors } as ModelState,
  }
}

/** The other half: the fitted model; `rows` where they are built already. Throws `unknown-model`, `bad-hyperparameter`. */
export async function openArtefact(data: ArtefactData & { readonly rows?: CompressedBoth }): Promise<Artefact> {
  const { directory, manifest, table, ratings, state } = data
  const [users, items] = [Vocabulary.of(data.users), Vocabulary.of(data.items)]
  const train = new Interactions({ ...ratings, users, items, ...(data.rows && { rows: data.rows }) })
  registerBuiltins()
  const model = await createModel(manifest.model.name, { ...manifest.model.hyperparameters })
  model.load(state, { train, items: table })
  return { directory, manifest, model, train, items: table }
}

function checkedPath(directory: string, { file, bytes, sha256 }: ArtefactFile): string {
  const path = join(directory, file)
  const broken = (what: string): MarqueeError => new MarqueeError('broken-artefact', what, { place: path, remedy })
  if (!existsSync(path)) throw broken('a file of the artefact is missing')
  const size = statSync(path).size
  if (size !== bytes) throw broken(`the file has ${size} bytes instead of ${bytes}`)
  if (hashFile(path) !== sha256) throw broken('the file was changed or damaged (its checksum does not match)')
  return path
}

function readRatings(path: string): ArtefactData['ratings'] {
  const { values, tensors } = readContainer(path, 'ratings', remedy)
  return {
    user: tensors.user!.data as Int32Array,
    item: tensors.item!.data as Int32Array,
    rating: tensors.rating!.data as Float32Array,
    timestamp: (tensors.timestamp?.data as Float64Array | undefined) ?? null,
    scale: (values as { scale: RatingScale }).scale,
  }
}
