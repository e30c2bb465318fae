import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { fakeService, run as runHttp, send } from '../http/helpers.ts'
import { ask, makeArtefact, type Running, run, temporary } from './helpers.ts'

const folder = temporary()
const soon = { timeout: 120_000, interval: 20 }
let first: string
let second: string
beforeAll(async () => {
  first = await makeArtefact(join(folder, 'first'), 'bias', {}, { created: '2026-01-01T00:00:00.000Z', least: 40 })
  second = await makeArtefact(
    join(folder, 'second'),
    'item-mean',
    {},
    { created: '2026-02-01T00:00:00.000Z', least: 40 },
  )
})

/** Two services on one SQLite file, each with a folder of its own, looking at the traffic often. */
async function pair(name: string): Promise<{ one: Running; two: Running; close(): Promise<void> }> {
  const own = (instance: string) => ({ followEvery: 50, folder: join(folder, name, instance) })
  const one = await run(join(folder, name), first, own('one'))
  const two = await run(join(folder, name), undefined, own('two'))
  return { one, two, close: async () => void (await Promise.all([one.close(), two.close()])) }
}
const answering = async ({ service }: Running): Promise<string> =>
  (await service.recommendForSession({ ...ask, k: 1, profile: [], dislikes: [] })).model.split('-202')[0]!

describe('two instances on one store', () => {
  test('an activation on one is followed by the other, and a split of the traffic is', async () => {
    const { one, two, close } = await pair('follows')
    expect([await answering(one), await answering(two)]).toEqual(['bias', 'bias'])
    const added = await one.service.addModel({ artefact: second, activate: true })
    expect(await answering(one)).toBe('item-mean')
    await expect.poll(() => answering(two), soon).toBe('item-mean')
    expect(two.service.ready()).toEqual({ models: [added.version], missing: [] })

    // The other way round, and in shares.
    const [bias] = (await two.service.listModels()).models.filter(({ model }) => model === 'bias')
    await two.service.setTraffic({
      variants: [
        { version: bias!.version, share: 0.5 },
        { version: added.version, share: 0.5 },
      ],
    })
    await expect.poll(() => one.service.ready().models.length, soon).toBe(2)
    for (let n = 0; n < 30; n++) {
      const lists = [one, two].map(({ service }) => service.recommendForUser(`u${n}`, { ...ask, k: 1 }))
      const [here, there] = await Promise.all(lists)
      expect(here!.model).toBe(there!.model)
    }
    expect(two.events.filter(({ level }) => level !== 'info')).toEqual([])
    await close()
  })

  test('requests under way while the other follows are all answered', async () => {
    const { one, two, close } = await pair('meanwhile')
    const models = new Set<string>()
    let going = true
    const asking = (async () => {
      while (going) {
        models.add(await answering(two))
        await new Promise(setImmediate)
      }
    })()
    await one.service.addModel({ artefact: second, activate: true })
    await expect.poll(() => models.has('item-mean'), soon).toBe(true)
    going = false
    await asking
    expect([...models]).toEqual(['bias', 'item-mean'])
    await close()
  })

  test('one that cannot see the artefact keeps what it had, says so once, shows it, and follows when it is there', async () => {
    const { one, two, close } = await pair('blind')
    const there = await makeArtefact(
      join(folder, 'moving'),
      'item-mean',
      {},
      { created: '2026-03-01T00:00:00.000Z', least: 40 },
    )
    const { version } = await one.service.addModel({ artefact: there, activate: false })
    // Where the first has it loaded, and the second finds nothing.
    renameSync(there, `${there}-away`)
    await one.service.activateModel(version)
    await expect.poll(() => two.service.ready().missing, soon).toEqual([version])
    expect(await answering(two)).toBe('bias')
    expect(await answering(one)).toBe('item-mean')
    // Many looks later.
    await new Promise((resolve) => setTimeout(resolve, 500))
    const warnings = two.events.filter(({ level }) => level === 'warn')
    expect(warnings).toMatchObject([{ event: 'model-not-seen', fields: { version, artefact: there } }])
    expect(warnings[0]!.fields.keeps).toEqual([expect.stringMatching(/^bias-/)])
    expect(two.service.figures().missing).toEqual([version])
    expect(one.service.ready().missing).toEqual([])

    renameSync(`${there}-away`, there)
    await expect.poll(() => answering(two), soon).toBe('item-mean')
    expect(two.service.ready().missing).toEqual([])
    await close()
  })

  test('one that starts without seeing it answers with its own artefact, and leaves the others alone', async () => {
    const own = (instance: string) => ({ followEvery: 50, folder: join(folder, 'late', instance) })
    const one = await run(join(folder, 'late'), first, own('one'))
    const there = await makeArtefact(
      join(folder, 'hidden'),
      'item-mean',
      {},
      { created: '2026-04-01T00:00:00.000Z', least: 40 },
    )
    const { version } = await one.service.addModel({ artefact: there, activate: true })
    renameSync(there, `${there}-away`)
    const late = await run(join(folder, 'late'), first, own('late'))
    expect(await answering(late)).toBe('bias')
    expect(late.service.ready().missing).toEqual([version])
    expect((await one.store.traffic())!.variants).toEqual([{ version, share: 1 }])
    // Without one of its own there is nothing to answer with.
    await expect(run(join(folder, 'late'), undefined, own('none'))).rejects.toMatchObject({ code: 'no-artefact' })
    renameSync(`${there}-away`, there)
    await expect.poll(() => answering(late), soon).toBe('item-mean')
    await Promise.all([one.close(), late.close()])
  })
})

test('what is missing is in /health/ready and in the metrics', async () => {
  mkdirSync(folder, { recursive: true })
  const service = fakeService({
    ready: () => ({ models: ['old-1'], missing: ['new-2'] }),
    figures: () => ({ served: {}, loaded: 1, inFlight: {}, missing: ['new-2'], training: 'idle' }),
  })
  const { url } = await runHttp(service)
  expect((await send(url, '/health/ready')).json).toMatchObject({
    status: 'ready',
    models: ['old-1'],
    missing: ['new-2'],
  })
  expect((await send(url, '/metrics')).text).toContain('marquee_model_missing{version="new-2"} 1')
})
