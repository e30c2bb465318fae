import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MarqueeError } from '../core/errors.ts'
import { decode } from '../engine/onnx/decode.ts'
import { quantiseWeights } from '../engine/onnx/quantise.ts'
import { metadataOf, withRowsOutput } from '../engine/onnx/rows-output.ts'
import { itemVectorsKey } from '../models/fold-in-file.ts'
import type { Artefact, ArtefactManifest } from './artefact.ts'

/** Whether an artefact has a graph that takes a profile and scores every item: what the browser runs. */
export const hasFoldInGraph = ({ files }: Pick<ArtefactManifest, 'files'>): boolean =>
  files.some(({ name, signature }) => name === 'fold-in' && signature !== undefined)

/**
 * The fold-in graph of an artefact: item int32 [N], rating float32 [N] -> scores float32. Artefacts that were saved before
 * their model had one get it from the model. Throws `not-able` where the model has none.
 */
export async function foldInGraph({ directory, manifest, model }: Artefact): Promise<Uint8Array> {
  const saved = manifest.files.find(({ name }) => name === 'fold-in')
  // Files of before took no empty profile; their signature says so.
  if (saved && !saved.signature?.includes('at least 1')) return readFileSync(join(directory, saved.file))
  const made = (await model.onnx()).find(({ name }) => name === 'fold-in.onnx')
  if (made) return made.bytes
  throw new MarqueeError('not-able', `${model.name} has no graph that takes a profile`, {
    place: directory,
    remedy: '`embedding-dot`, `dnn`, `explainable-dnn`, `gmf`, `mlp`, `neumf`, `autoencoder` and `rbm` have one.',
  })
}

/** How many scores a fold-in graph gives: one for each item, and perhaps one for the unknown item after them. */
export function scoreCount(graph: Uint8Array): number {
  const { output = [] } = decode('ModelProto', graph).graph!
  const scores = output.find(({ name }) => name === 'scores')
  const size = scores?.type?.tensorType?.shape?.dim?.[0]?.dimValue
  if (size !== undefined) return size
  throw new MarqueeError('bad-model', 'this graph gives no scores of a known number of items')
}

/** What a browser downloads: the fold-in graph in float32 and with 8-bit weights. */
export interface BrowserGraphs {
  readonly float32: Uint8Array
  readonly int8: Uint8Array
  /** Whether they also take `candidate` (int32 [M]) and give `vectors` (float32 [M, width]): what lists are made diverse by. */
  readonly vectors: boolean
}

export function browserGraphs(graph: Uint8Array): BrowserGraphs {
  const tables = metadataOf(graph)[itemVectorsKey]
  const float32 = tables === undefined ? graph : withRowsOutput(graph, tables.split(','))
  return { float32, int8: quantiseWeights(float32).bytes, vectors: tables !== undefined }
}
