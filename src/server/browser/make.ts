import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Artefact } from '../../catalogue/artefact.ts'
import { browserGraphs, foldInGraph } from '../../catalogue/fold-in-graph.ts'
import { quantiseWeights } from '../../engine/onnx/quantise.ts'
import { heldOutOf } from '../../evaluation/held-out.ts'
import { quantisationLoss } from '../../evaluation/quantisation.ts'
import type { BrowserDescription, BrowserFile, BrowserVocabulary } from './description.ts'
import { put, putJson } from './files.ts'

/** Users the loss is measured on, at most. */
const mostUsers = 500

/**
 * Writes what a browser downloads of an artefact into a folder, each file under the name of its content and with its
 * compressed forms beside it. The map is not among them and the loss not measured yet. Throws `not-able` where the model has no
 * fold-in graph.
 */
export async function makeFiles(folder: string, version: string, artefact: Artefact): Promise<BrowserDescription> {
  const { manifest, model, train } = artefact
  const { float32, int8, vectors } = browserGraphs(await foldInGraph(artefact))
  const { min, max, step } = train.scale
  const runtime = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')
  return {
    model: version,
    name: manifest.model.name,
    scale: { min, max, step: step ?? null },
    ratings: model.abilities.ratings,
    vectors,
    items: train.items.size,
    hyperparameters: { ...model.hyperparameters },
    files: {
      ...(await allOf({
        float32: put(folder, 'fold-in', 'onnx', float32),
        int8: put(folder, 'fold-in-int8', 'onnx', int8),
        vocabulary: putJson(folder, 'vocabulary', await vocabularyOf(artefact)),
        runtime: put(folder, 'onnx-runtime', 'wasm', readFileSync(runtime)),
      })),
      map: null,
    },
    loss: null,
  }
}

/** What 8-bit weights cost this artefact. */
export async function measureLoss(artefact: Artefact): Promise<NonNullable<BrowserDescription['loss']>> {
  const { model, train } = artefact
  const float32 = await foldInGraph(artefact)
  const graphs = { float32, int8: quantiseWeights(float32).bytes }
  const { ratings } = model.abilities
  const options = { ratings, scale: train.scale, items: train.items.size }
  return quantisationLoss(graphs, await heldOutOf(artefact, mostUsers), options)
}

/** The movies that a model knows, as a browser downloads them. */
export async function vocabularyOf(artefact: Pick<Artefact, 'items' | 'model' | 'train'>): Promise<BrowserVocabulary> {
  const { items, train } = artefact
  const names = [...new Set(items.genres.flat())].sort()
  const place = new Map(names.map((name, n) => [name, n]))
  const { offsets, values } = train.byItem()
  const every = <T>(of: (item: number) => T): T[] => Array.from({ length: train.items.size }, (_, item) => of(item))
  const sumOf = (power: number) => (item: number) => {
    let sum = 0
    for (let at = offsets[item]!; at < offsets[item + 1]!; at++) sum += values[at]! ** power
    // Stars in halves are exact; of other scales noise of the arithmetic would be half of the file.
    return Math.round(sum * 1e4) / 1e4
  }
  return {
    ids: train.items.ids(),
    titles: items.titles,
    years: [...items.years],
    genreNames: names,
    genres: items.genres.map((own) => own.map((name) => place.get(name)!)),
    imdb: every((item) => items.imdb[item] ?? null),
    tmdb: every((item) => items.tmdb[item] ?? null),
    counts: every((item) => offsets[item + 1]! - offsets[item]!),
    sums: every(sumOf(1)),
    squares: every(sumOf(2)),
    neighbours: await neighboursOf(artefact),
    users: train.users.size,
  }
}

/** Which movies the model may name as similar to others, asked of the model itself: each has its own rule. */
async function neighboursOf({ model, train }: Pick<Artefact, 'model' | 'train'>): Promise<string> {
  const { size } = train.items
  const may = new Uint8Array(size)
  if (model.abilities.similar) {
    // Two questions, because nothing is its own neighbour.
    for (const item of [0, 1].filter((item) => item < size))
      for (const neighbour of await model.similar([item], size)) may[neighbour.item] = 1
  }
  return may.join('')
}

/** Side by side: compressing is done in threads. */
async function allOf<K extends string>(files: Record<K, Promise<BrowserFile>>): Promise<Record<K, BrowserFile>> {
  const made = await Promise.all(Object.values<Promise<BrowserFile>>(files))
  return Object.fromEntries(Object.keys(files).map((name, n) => [name, made[n]!])) as Record<K, BrowserFile>
}
