import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { manifestChecksum } from '../../../src/catalogue/artefact.ts'
import { variantOf } from '../../../src/server/service/traffic.ts'
import { ask, makeArtefact, type Running, run, temporary } from './helpers.ts'

const folder = temporary()
const session = {
  ...ask,
  profile: [
    { item: '1', rating: 5 },
    { item: '2571', rating: 2 },
  ],
  dislikes: [],
}
let a: string
let b: string
let running: Running

beforeAll(async () => {
  a = await makeArtefact(join(folder, 'a'), 'embedding-dot', { epochs: 4 })
  b = await makeArtefact(join(folder, 'b'), 'embedding-dot', { epochs: 8 }, { seed: 2 })
  running = await run(folder, a)
})
afterAll(() => running.close())

const versions = async (): Promise<[string, boolean, number][]> =>
  (await running.service.listModels()).models.map(({ version, live, share }) => [version, live, share])

describe('the shelf', () => {
  test('swaps a model under load: every request is answered, by the one or by the other', async () => {
    const { service } = running
    const [first] = await versions()
    const added = await service.addModel({ artefact: b, activate: false })
    expect(added).toMatchObject({ live: true, share: 0, model: 'embedding-dot', abilities: { foldIn: true } })
    const alone = {
      [first![0]]: (await service.recommendForSession({ ...session, model: first![0] })).items,
      [added.version]: (await service.recommendForSession({ ...session, model: added.version })).items,
    }
    expect(alone[first![0]]).not.toEqual(alone[added.version])
    let stop = false
    const answered: string[] = []
    const load = async (): Promise<void> => {
      while (!stop) {
        // Requests come from outside: each waits for its turn of the event loop.
        await new Promise(setImmediate)
        const list = await service.recommendForSession(session)
        expect(list.items).toEqual(alone[list.model])
        answered.push(list.model)
      }
    }
    const clients = [load(), load(), load(), load()]
    for (const version of [added.version, first![0], added.version]) {
      const before = answered.length
      await service.activateModel(version)
      while (answered.length < before + 20) await new Promise(setImmediate)
    }
    stop = true
    await Promise.all(clients)
    expect(new Set(answered)).toEqual(new Set([first![0], added.version]))
    expect(answered.at(-1)).toBe(added.version)
    expect(service.ready().models).toEqual([added.version])
    expect(await versions()).toEqual([
      [added.version, true, 1],
      [first![0], true, 0],
    ])
  })

  test('refuses a corrupt artefact and one of another format, the old one answering on', async () => {
    const { service } = running
    const live = service.ready().models
    const corrupt = join(folder, 'corrupt')
    cpSync(a, corrupt, { recursive: true })
    const file = join(corrupt, readdirSync(corrupt).find((name) => name.startsWith('parameters'))!)
    const bytes = readFileSync(file)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(file, bytes)
    await expect(service.addModel({ artefact: corrupt, activate: true })).rejects.toMatchObject({
      code: 'broken-artefact',
    })
    const other = join(folder, 'other')
    cpSync(a, other, { recursive: true })
    const path = join(other, 'manifest.json')
    const manifest = { ...JSON.parse(readFileSync(path, 'utf8')), format: 99 }
    writeFileSync(path, JSON.stringify({ ...manifest, checksum: manifestChecksum(manifest) }))
    await expect(service.addModel({ artefact: other, activate: true })).rejects.toMatchObject({ code: 'other-version' })
    await expect(service.addModel({ artefact: join(folder, 'none'), activate: true })).rejects.toMatchObject({
      code: 'no-artefact',
    })
    expect(service.ready().models).toEqual(live)
    expect((await service.listModels()).models).toHaveLength(2)
    expect((await service.recommendForSession(session)).model).toBe(live[0])
  })

  test('removes only what has no traffic, and leaves the artefact', async () => {
    const { service } = running
    const [live, idle] = (await versions()).map(([version]) => version)
    await expect(service.removeModel(live!)).rejects.toMatchObject({ code: 'in-use' })
    await expect(service.removeModel('nothing')).rejects.toMatchObject({ code: 'unknown-model' })
    expect(await service.removeModel(idle!)).toEqual({ removed: idle })
    expect(existsSync(join(a, 'manifest.json'))).toBe(true)
    await expect(service.recommendForSession({ ...session, model: idle! })).rejects.toMatchObject({
      code: 'unknown-model',
    })
    await expect(service.activateModel(idle!)).rejects.toMatchObject({ code: 'unknown-model' })
    await service.addModel({ artefact: a, activate: false })
  })

  test('a model’s name finds its newest live version', async () => {
    const { service } = running
    expect((await service.recommendForSession({ ...session, model: 'embedding-dot' })).model).toBe(
      service.ready().models[0],
    )
    await expect(service.recommendForSession({ ...session, model: 'dnn' })).rejects.toMatchObject({
      code: 'unknown-model',
    })
  })
})

describe('traffic', () => {
  test('users keep their variant, in the shares asked for, and the feedback of each is told apart', async () => {
    const { service, store } = running
    const [x, y] = (await versions()).map(([version]) => version) as [string, string]
    const { traffic } = {
      traffic: await service.setTraffic({
        variants: [
          { version: x, share: 0.7 },
          { version: y, share: 0.3 },
        ],
        salt: 's',
      }),
    }
    const users = Array.from({ length: 400 }, (_, n) => `user ${n}`)
    const served = new Map<string, string>()
    for (const user of users.slice(0, 60)) {
      const first = await service.recommendForUser(user, { ...ask, k: 1, reasons: 0 })
      const again = await service.recommendForUser(user, { ...ask, k: 1, reasons: 0 })
      expect(again.model).toBe(first.model)
      expect(first.model).toBe(variantOf(traffic, user))
      served.set(user, first.model)
      const value = first.model === x ? 4 : 2
      await store.append([{ user, item: '1', kind: 'rating', value, recommendation: first.recommendation }])
    }
    const share = users.filter((user) => variantOf(traffic, user) === y).length / users.length
    expect(share).toBeGreaterThan(0.23)
    expect(share).toBeLessThan(0.37)
    const { report } = await service.getTraffic()
    for (const [version, mean] of [
      [x, 4],
      [y, 2],
    ] as const) {
      const own = [...served.values()].filter((model) => model === version).length
      expect(own).toBeGreaterThan(0)
      const line = report.find((entry) => entry.version === version)!
      expect(line).toMatchObject({ served: 2 * own, users: own, meanRating: mean })
      expect(line.feedback.rating).toBe(own)
    }
    // A visitor's profile, explained before any list was made for them: by the version that would make it.
    const profile = [{ item: '1', rating: 5 }]
    for (const user of users.slice(0, 20)) {
      const { model } = await service.explain({ user, profile, item: '318', k: 1 })
      expect(model).toBe(variantOf(traffic, user))
      const list = await service.recommendForSession({ ...ask, k: 1, reasons: 0, user, profile, dislikes: [] })
      expect(list.model).toBe(model)
    }
    expect(users.some((user) => variantOf({ ...traffic, salt: 't' }, user) !== variantOf(traffic, user))).toBe(true)
    // A session that names its user is answered by that user's variant; one that names none by the main one.
    for (const user of users.slice(0, 20)) {
      const list = await service.recommendForSession({ ...ask, k: 1, reasons: 0, profile: [], dislikes: [], user })
      expect(list.model).toBe(variantOf(traffic, user))
    }
    const { model } = await service.recommendForSession({ ...ask, k: 1, reasons: 0, profile: [], dislikes: [] })
    expect(model).toBe(x)
  })

  test('refuses shares that do not sum to 1, versions that are not there or stand twice', async () => {
    const { service } = running
    const [x, y] = (await versions()).map(([version]) => version) as [string, string]
    const set = (...variants: { version: string; share: number }[]) => service.setTraffic({ variants })
    await expect(set({ version: x, share: 0.5 })).rejects.toMatchObject({ code: 'bad-request', place: 'body.variants' })
    await expect(set({ version: x, share: 0.5 }, { version: x, share: 0.5 })).rejects.toMatchObject({
      code: 'bad-request',
    })
    await expect(set({ version: x, share: 0.5 }, { version: 'z', share: 0.5 })).rejects.toMatchObject({
      code: 'unknown-model',
    })
    expect((await service.getTraffic()).traffic.variants.map(({ version }) => version).sort()).toEqual([x, y].sort())
  })

  test('another instance on the same store follows, and a restart keeps what is in force', async () => {
    const { service, store } = running
    const [x] = (await versions()).map(([version]) => version) as [string]
    await service.activateModel(x)
    await running.close()
    running = await run(folder, a)
    expect(running.service.ready().models).toEqual([x])
    const { createService } = await import('../../../src/server/service/service.ts')
    const second = await createService({ store: running.store, folder: join(folder, 'second') })
    expect(second.ready().models).toEqual([x])
    // A list of the one, whose feedback the other is asked about: each has a folder of its own, and so offers another secret.
    const { recommendation } = await second.recommendForUser('elsewhere', { ...ask, k: 1 })
    await running.store.append([{ user: 'elsewhere', item: '1', kind: 'like', value: null, recommendation }])
    const earned = async (from: typeof second) => (await from.getTraffic()).report.map(({ users }) => users)
    expect(await earned(second)).toEqual([1])
    expect(await earned(running.service)).toEqual([1])
    await second.close()
    expect(store.name).toContain('sqlite')
  })

  test('without a model there is none, in so many words', async () => {
    const empty = join(folder, 'empty')
    const none = await run(empty, undefined)
    expect(() => none.service.ready()).toThrow(expect.objectContaining({ code: 'no-model' }))
    await expect(none.service.recommendForSession(session)).rejects.toMatchObject({ code: 'no-model' })
    await expect(none.service.getTraffic()).rejects.toMatchObject({ code: 'no-model' })
    expect(await none.service.listModels()).toEqual({ models: [] })
    await none.service.addModel({ artefact: a, activate: true })
    expect((await none.service.recommendForSession(session)).items).toHaveLength(10)
    await none.close()
    await expect(run(join(folder, 'refused'), join(folder, 'none'))).rejects.toMatchObject({ code: 'no-artefact' })
  })
})
