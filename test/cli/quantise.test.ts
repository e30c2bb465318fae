import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadArtefact } from '../../src/catalogue/artefact-load.ts'
import { Session } from '../../src/engine/session/session.ts'
import { artefactOf, temporaryFolder } from '../server/browser/artefact.ts'
import { marquee } from './helpers.ts'

let artefact: string

beforeAll(async () => {
  artefact = await artefactOf('embedding-dot', { epochs: 5, factors: 16 })
})

/** RMSE and MAE of the model itself, folding in each user's training ratings, on the ratings that were held out. */
async function ownErrors(): Promise<{ rmse: number; mae: number; count: number; users: number }> {
  const { model, train, manifest } = await loadArtefact(artefact)
  const { loadDataset } = await import('../../src/data/load.ts')
  const { split } = await import('../../src/data/splits/index.ts')
  const { test: heldOut } = split((await loadDataset('ml-latest-small')).interactions, manifest.split as never)
  const mine = train.byUser()
  const theirs = heldOut.byUser()
  let [squares, distances, count, users] = [0, 0, 0, 0]
  for (let user = 0; user < 610; user++) {
    if (theirs.offsets[user] === theirs.offsets[user + 1]) continue
    users++
    const profile = []
    for (let at = mine.offsets[user]!; at < mine.offsets[user + 1]!; at++) {
      profile.push({ item: mine.indices[at]!, rating: mine.values[at]! })
    }
    const scores = await model.scoreAll({ profile })
    for (let at = theirs.offsets[user]!; at < theirs.offsets[user + 1]!; at++) {
      const error = Math.min(5, Math.max(0.5, scores[theirs.indices[at]!]!)) - theirs.values[at]!
      squares += error ** 2
      distances += Math.abs(error)
      count++
    }
  }
  return { rmse: Math.sqrt(squares / count), mae: distances / count, count, users }
}

describe('marquee quantise', () => {
  test('writes the graph and its figures, which are those of the model on what it never saw', async () => {
    const out = join(temporaryFolder(), 'small')
    const { code, out: text } = await marquee(['quantise', '--artefact', artefact, '--out', out, '--json'])
    expect(code).toBe(0)
    const document = JSON.parse(text)
    const file = join(out, 'fold-in.int8.onnx')
    expect(JSON.parse(readFileSync(join(out, 'fold-in.int8.json'), 'utf8'))).toEqual(document)
    expect(document).toMatchObject({ model: 'embedding-dot', dataset: 'ml-latest-small', file })
    expect(document.weights).toEqual([{ name: 'items.factors', shape: [9724, 16], axis: 0 }])
    expect(document.sizes.int8.bytes).toBe(statSync(file).size)
    expect(document.sizes.int8.bytes).toBeLessThan(document.sizes.float32.bytes / 2)
    const { loss } = document
    const own = await ownErrors()
    expect({ of: loss.of, users: loss.users, ratings: loss.ratings }).toEqual({
      of: 'held-out',
      users: own.users,
      ratings: own.count,
    })
    expect(loss.float32.rmse).toBeCloseTo(own.rmse, 5)
    expect(loss.float32.mae).toBeCloseTo(own.mae, 5)
    expect(Math.abs(loss.int8.rmse - own.rmse)).toBeLessThan(0.002)
    expect(loss.overlapAt10).toBeGreaterThan(0.9)
    const session = await Session.create(readFileSync(file), { provider: 'wasm' })
    const scores = new Float32Array(9724)
    await session.bind({ item: Int32Array.of(0), rating: Float32Array.of(5) }, { scores }, { N: 1 }).run()
    expect(scores.every((score) => score > 0.5 && score < 5)).toBe(true)
    await session.release()
  })

  test('takes a file name, measures on fewer users, and prints a table', async () => {
    const file = join(temporaryFolder(), 'mine.onnx')
    const { code, out } = await marquee(['quantise', '--artefact', artefact, '--out', file, '--users', '20'])
    expect(code).toBe(0)
    expect(out).toMatch(/^ml-latest-small, embedding-dot: [\d,]+ held-out ratings of 20 users\n/)
    expect(out).toMatch(/float32 +[\d,]+ +[\d,]+ +[\d,]+ +0\.\d{4} +0\.\d{4}\nint8 +/)
    expect(out).toContain('of the best ten movies are the same')
    expect(JSON.parse(readFileSync(file.replace('.onnx', '.json'), 'utf8')).loss.users).toBe(20)
  })

  test('says in words where there is no artefact and where the model has no such graph', async () => {
    const nowhere = await marquee(['quantise', '--artefact', '/nowhere', '--out', temporaryFolder()])
    expect([nowhere.code, nowhere.err]).toEqual([1, expect.stringContaining('there is no artefact here')])
    const popular = await artefactOf('popularity')
    const unable = await marquee(['quantise', '--artefact', popular, '--out', temporaryFolder()])
    expect([unable.code, unable.err]).toEqual([
      1,
      expect.stringContaining('popularity has no graph that takes a profile'),
    ])
  })
})
