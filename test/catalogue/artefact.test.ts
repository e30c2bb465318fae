import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { type ArtefactManifest, manifestChecksum } from '../../src/catalogue/artefact.ts'
import { loadArtefact, readManifest } from '../../src/catalogue/artefact-load.ts'
import { saveArtefact } from '../../src/catalogue/artefact-save.ts'
import { registerBuiltins } from '../../src/catalogue/builtin.ts'
import { checkerboard, type Interactions } from '../../src/data/index.ts'
import type { OnnxFile, Recommender } from '../../src/models/recommender.ts'
import { createModel } from '../../src/models/registry.ts'

registerBuiltins()
const root = mkdtempSync(join(tmpdir(), 'marquee-artefact-'))
afterAll(() => rmSync(root, { recursive: true }))

const { train } = checkerboard()
const dataset = (interactions: Interactions) => ({
  name: 'checkerboard',
  interactions,
  fingerprint: 'f00d',
  source: { licence: 'none', citation: null, files: [] },
  items: {
    titles: interactions.items.ids().map((id) => `Film ${id}, Thé`),
    years: Int16Array.from({ length: interactions.items.size }, (_, k) => 1950 + k),
    genres: interactions.items.ids().map(() => ['Drama']),
    tags: interactions.items.ids().map(() => []),
    imdb: interactions.items.ids().map(() => null),
    tmdb: interactions.items.ids().map((id) => id),
  },
})
const provenance = {
  split: null,
  seed: 7,
  threads: 1,
  repeatable: true,
  metrics: { rmse: 0.1 + 0.2, 'ndcg@10': null },
  epochs: [],
  bestEpoch: null,
  seconds: { fit: 0.5 },
  created: '2026-11-20T00:00:00.000Z',
}

async function fitted(name = 'bias', set: Record<string, unknown> = {}): Promise<Recommender> {
  const model = await createModel(name, set)
  await model.fit(train)
  return model
}

const save = (directory: string, model: Recommender) =>
  saveArtefact(directory, { model, train, dataset: dataset(train), ...provenance })

let directory: string
let count = 0
beforeEach(() => {
  directory = join(root, `a${count++}`)
})

describe('saving and loading', () => {
  test('gives everything back, bit for bit', async () => {
    const model = await fitted()
    const manifest = await save(directory, model)
    const loaded = await loadArtefact(directory)
    expect(loaded.manifest).toEqual(manifest)
    expect(loaded.manifest).toMatchObject({
      format: 1,
      model: { name: 'bias', hyperparameters: { itemDamping: 5, userDamping: 5, sweeps: 1 } },
      dataset: { name: 'checkerboard', licence: 'none', fingerprint: 'f00d', users: 40, items: 20, scale: { min: 1 } },
      metrics: { rmse: 0.1 + 0.2, 'ndcg@10': null },
      seed: 7,
    })
    expect(loaded.items).toEqual(dataset(train).items)
    for (const column of ['user', 'item', 'rating', 'timestamp'] as const) {
      expect(loaded.train[column]).toEqual(train[column])
    }
    expect(loaded.train.users.ids()).toEqual(train.users.ids())
    expect(loaded.model.hyperparameters).toEqual(model.hyperparameters)
    const users = Int32Array.from({ length: 40 }, (_, u) => u)
    expect(await loaded.model.scoreUsers(users)).toEqual(await model.scoreUsers(users))
    const profile = [{ item: 3, rating: 5 }]
    expect(await loaded.model.recommend({ profile })).toEqual(await model.recommend({ profile }))
  })

  test('keeps the .onnx files with their signatures', async () => {
    const model = await fitted()
    const bytes = Uint8Array.of(1, 2, 3)
    const file: OnnxFile = { name: 'scores.onnx', bytes, signature: 'user [n] -> score [n, items]' }
    model.onnx = async () => [file]
    const { files } = await save(directory, model)
    const entry = files.find(({ name }) => name === 'scores')!
    expect(entry).toMatchObject({ bytes: 3, signature: file.signature })
    expect(entry.file).toMatch(/^scores\.[0-9a-f]{8}\.onnx$/)
    expect(Uint8Array.from(readFileSync(join(directory, entry.file)))).toEqual(bytes)
  })

  test('the same model gives the same bytes', async () => {
    await save(directory, await fitted())
    await save(`${directory}-again`, await fitted())
    const read = (folder: string) => readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'hex')])
    expect(read(directory)).toEqual(read(`${directory}-again`))
  })

  test('a new artefact replaces the old one and nothing else', async () => {
    await save(directory, await fitted())
    writeFileSync(join(directory, 'notes.txt'), 'mine')
    await save(directory, await fitted('bias', { userDamping: 1 }))
    const { manifest, model } = await loadArtefact(directory)
    expect(model.hyperparameters.userDamping).toBe(1)
    expect(readdirSync(directory).sort()).toEqual(
      ['manifest.json', 'notes.txt', ...manifest.files.map(({ file }) => file)].sort(),
    )
  })

  test('a write that fails leaves the old artefact whole', async () => {
    await save(directory, await fitted())
    const before = readManifest(directory)
    const broken = await fitted('bias', { userDamping: 1 })
    const failing = {
      name: 'scores.onnx',
      signature: '',
      get bytes(): Uint8Array {
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
      },
    }
    broken.onnx = async () => [failing]
    await expect(save(directory, broken)).rejects.toMatchObject({
      code: 'cannot-write',
      message: expect.stringContaining('no space left'),
    })
    const { manifest, model } = await loadArtefact(directory)
    expect(manifest).toEqual(before)
    expect(model.hyperparameters.userDamping).toBe(5)
    expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([])
    // The next complete one clears what the failed one left.
    await save(directory, await fitted())
    expect(readdirSync(directory).length).toBe(1 + before.files.length)
  })
})

describe('what is broken is noticed, and the message says what to do', () => {
  const rewrite = (change: (manifest: ArtefactManifest & Record<string, unknown>) => object): void => {
    const path = join(directory, 'manifest.json')
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')) as never), null, 2))
  }
  beforeEach(async () => {
    await save(directory, await fitted())
  })

  test('one changed byte in any file, anywhere', async () => {
    for (const name of readdirSync(directory)) {
      const path = join(directory, name)
      const good = readFileSync(path)
      for (const at of [0, 1, Math.floor(good.length / 3), Math.floor(good.length / 2), good.length - 2]) {
        const bytes = Buffer.from(good)
        bytes[at]! ^= 1
        writeFileSync(path, bytes)
        await expect(loadArtefact(directory), `${name} byte ${at}`).rejects.toMatchObject({ name: 'MarqueeError' })
      }
      writeFileSync(path, good)
    }
    await loadArtefact(directory)
  })

  test('a file cut short, grown or missing is named', async () => {
    const name = readdirSync(directory).find((file) => file.startsWith('parameters'))!
    appendFileSync(join(directory, name), 'x')
    await expect(loadArtefact(directory)).rejects.toThrow(
      /parameters\.[0-9a-f]{8}\.bin: the file has \d+ bytes instead of \d+/,
    )
    rmSync(join(directory, name))
    await expect(loadArtefact(directory)).rejects.toThrow(/parameters.*missing.*Train again/)
  })

  test('another format', async () => {
    rewrite((manifest) => ({ ...manifest, format: 2, marquee: '9.0.0' }))
    await expect(loadArtefact(directory)).rejects.toMatchObject({
      code: 'other-version',
      message: expect.stringMatching(
        /format 2 \(written by Marquee 9\.0\.0\); this is Marquee .*, format 1\. Train again/,
      ),
    })
  })

  test('a changed manifest', async () => {
    rewrite((manifest) => ({ ...manifest, seed: 8 }))
    await expect(loadArtefact(directory)).rejects.toMatchObject({ code: 'broken-artefact' })
  })

  test('a model that is not registered here', async () => {
    rewrite(({ checksum: _, ...manifest }) => {
      const other = { ...manifest, model: { ...manifest.model, name: 'my-model' } }
      return { ...other, checksum: manifestChecksum(other) }
    })
    await expect(loadArtefact(directory)).rejects.toMatchObject({ code: 'unknown-model' })
  })

  test('no artefact at all', async () => {
    await expect(loadArtefact(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'no-artefact' })
  })
})

test('a folder that cannot be made says so', async () => {
  const file = join(root, 'a-file')
  writeFileSync(file, '')
  await expect(save(join(file, 'inside'), await fitted())).rejects.toMatchObject({ code: 'cannot-write' })
})
