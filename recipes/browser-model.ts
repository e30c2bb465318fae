/**
 * What a model in the browser weighs and what 8-bit weights cost it, on ml-latest-small: `npx node recipes/browser-model.ts`
 * trains each model on four ratings in five (seed 1, one thread) and writes results/browser-model.json, which docs/browser.md quotes.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, loadavg } from 'node:os'
import { registerBuiltins } from '../src/catalogue/builtin.ts'
import { browserGraphs, scoreCount } from '../src/catalogue/fold-in-graph.ts'
import { sizesOf } from '../src/core/sizes.ts'
import { loadDataset } from '../src/data/load.ts'
import { split } from '../src/data/splits/index.ts'
import { quantiseWeights } from '../src/engine/onnx/quantise.ts'
import { Session } from '../src/engine/session/session.ts'
import { heldOutOf } from '../src/evaluation/held-out.ts'
import { quantisationLoss } from '../src/evaluation/quantisation.ts'
import { createModel } from '../src/models/registry.ts'
import { vocabularyOf } from '../src/server/browser/make.ts'

const all = ['embedding-dot', 'dnn', 'explainable-dnn', 'gmf', 'neumf', 'autoencoder', 'rbm']
const names = process.argv.length > 2 ? process.argv.slice(2) : all
const file = 'results/browser-model.json'
const seed = 1
// Before the first write, which changes a file that is kept.
const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim()

registerBuiltins()
const dataset = await loadDataset('ml-latest-small')
const parts = split(dataset.interactions, { kind: 'random', ratio: 0.8, seed })
const { train } = parts
const runtime = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')
const sizesOfRuntime = await sizesOf(readFileSync(runtime))
const models: Record<string, unknown>[] = []

for (const name of names) {
  const model = await createModel(name)
  await model.fit(train, { seed, threads: 1, items: dataset.items })
  const graph = (await model.onnx()).find((one) => one.name === 'fold-in.onnx')!.bytes
  const small = quantiseWeights(graph)
  // The whole of what measuring needs of an artefact: where its data come from and how they were split.
  const source = {
    train,
    manifest: { split: parts.spec, dataset: { name: dataset.name, fingerprint: dataset.fingerprint } },
  } as unknown as Parameters<typeof heldOutOf>[0]
  const loss = await quantisationLoss({ float32: graph, int8: small.bytes }, await heldOutOf(source), {
    ratings: model.abilities.ratings,
    scale: train.scale,
    items: train.items.size,
  })
  const download = browserGraphs(graph)
  const sizes = { float32: await sizesOf(download.float32), int8: await sizesOf(download.int8) }
  const text = JSON.stringify(await vocabularyOf({ model, train, items: dataset.items }))
  const vocabulary = await sizesOf(new TextEncoder().encode(text))
  const foldIn = { float32: await milliseconds(graph), int8: await milliseconds(small.bytes) }
  models.push({
    model: name,
    hyperparameters: model.hyperparameters,
    vectors: download.vectors,
    sizes,
    vocabulary,
    weights: small.weights,
    loss,
    foldIn,
  })
  console.error(name, JSON.stringify({ loss, sizes, vocabulary, foldIn }))
  write()
}

/** Folding in ten ratings and scoring all movies in WebAssembly on one thread: quartiles of 60 runs. */
async function milliseconds(graph: Uint8Array): Promise<{ q1: number; median: number; q3: number }> {
  const session = await Session.create(graph, { provider: 'wasm' })
  const scores = new Float32Array(scoreCount(graph))
  const item = train.item.slice(0, 10)
  const bound = session.bind({ item, rating: train.rating.slice(0, 10) }, { scores }, { N: 10, B: 10 })
  const times: number[] = []
  for (let n = 0; n < 70; n++) {
    const began = performance.now()
    await bound.run()
    if (n >= 10) times.push(performance.now() - began)
  }
  await session.release()
  times.sort((a, b) => a - b)
  const at = (share: number): number => Math.round(times[Math.floor(share * times.length)]! * 100) / 100
  return { q1: at(0.25), median: at(0.5), q3: at(0.75) }
}

function write(): void {
  const document = {
    command: ['npx node recipes/browser-model.ts', ...process.argv.slice(2)].join(' '),
    date: new Date().toISOString().slice(0, 10),
    commit,
    machine: { cpu: cpus()[0]!.model, cores: cpus().length, node: process.version, loadAverage: loadavg()[0] },
    dataset: { name: dataset.name, fingerprint: dataset.fingerprint, split: parts.spec, seed, threads: 1 },
    runtime: sizesOfRuntime,
    models,
  }
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`)
}
