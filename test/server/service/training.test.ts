import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { loadArtefact } from '../../../src/catalogue/artefact-load.ts'
import type { TrainingEvent } from '../../../src/server/service/service.ts'
import { trainingData } from '../../../src/server/service/training/data.ts'
import type { Job } from '../../../src/server/service/types.ts'
import { ask, makeArtefact, type Running, run, temporary } from './helpers.ts'

// What is waited for here is done at a low priority: on a machine with other work it gets a twentieth of a core.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const folder = temporary()
const all = { seed: 1, warmStart: true, activate: true }
let dot: string
let content: string
let running: Running | null = null
let place = 0

beforeAll(async () => {
  dot = await makeArtefact(join(folder, 'dot'), 'embedding-dot', { epochs: 5 }, { least: 40 })
  content = await makeArtefact(join(folder, 'content'), 'content', {}, { least: 40 })
})
afterEach(async () => {
  await running?.close()
  running = null
})

async function begin(artefact: string, options: Parameters<typeof run>[2] = {}): Promise<Running> {
  running = await run(join(folder, `store-${++place}`), artefact, options)
  return running
}

async function finished({ service }: Running, id: string): Promise<{ job: Job; events: TrainingEvent[] }> {
  const events: TrainingEvent[] = []
  for await (const event of service.trainingEvents(id)) events.push(event)
  return { job: await service.getTraining(id), events }
}

const fan = (user: string, items: readonly string[], value: number) =>
  items.map((item) => ({ user, item, kind: 'rating' as const, value }))

describe('what is trained on', () => {
  test('the rows of the data overlaid by the store, the vocabularies continued', () => {
    const base = {
      users: ['a', 'b'],
      items: ['1', '2'],
      table: {
        titles: ['One', 'Two'],
        years: Int16Array.of(2001, 2002),
        genres: [['x'], []],
        tags: [[], []],
        imdb: [null, '2'],
        tmdb: [null, null],
      },
      ratings: {
        user: Int32Array.of(0, 0, 1, 1),
        item: Int32Array.of(0, 1, 0, 1),
        rating: Float32Array.of(1, 2, 3, 4),
        timestamp: null,
        scale: { min: 1, max: 5, step: 1 },
      },
      // The last row came from the store, which no longer has it.
      base: 3,
    }
    const film = { id: '9', title: 'Nine', year: 2009, genres: ['y'], tags: ['t'], imdb: '9', tmdb: null }
    const made = trainingData(
      base,
      [
        ['a', '2', 5, 0],
        ['c', '3', 9, 0],
      ],
      [['b', '1']],
      [film],
    )
    expect(made.train.users.ids()).toEqual(['a', 'b', 'c'])
    expect(made.train.items.ids()).toEqual(['1', '2', '3', '9'])
    expect([...made.train.user].map((user, n) => [user, made.train.item[n], made.train.rating[n]])).toEqual([
      [0, 0, 1],
      [0, 1, 5],
      [2, 2, 5],
    ])
    expect(made.storeRatings).toBe(2)
    expect(made).toMatchObject({ newUsers: 1, newItems: 2 })
    expect(made.items.titles).toEqual(['One', 'Two', '3', 'Nine'])
    expect([...made.items.years]).toEqual([2001, 2002, 0, 2009])
    expect(made.items.genres[3]).toEqual(['y'])
    expect(made.items.tags[3]).toEqual([{ tag: 't', count: 1 }])
  })
})

describe('a training', () => {
  test('in a process, warm, with users and movies that are new; the old model answers until the new one is in force', async () => {
    const { service, store } = await begin(dot)
    const [before] = service.ready().models
    await store.putMovies([
      { id: 'new film', title: 'New Film (2026)', year: 2026, genres: ['Drama'], tags: [], imdb: null, tmdb: null },
    ])
    for (let n = 0; n < 12; n++)
      await store.append([...fan(`new ${n}`, ['1', '260'], 5), ...fan(`new ${n}`, ['new film'], 4.5)])
    await store.append([{ user: 'new 0', item: '1', kind: 'rating', value: null, action: 'delete' }])
    const job = await service.startTraining(all)
    expect(['waiting', 'running']).toContain(job.state)
    const during = await service.recommendForSession({ ...ask, profile: [{ item: '1', rating: 5 }], dislikes: [] })
    expect(during.model).toBe(before)
    const { job: done, events } = await finished(running!, job.id)
    expect(done).toMatchObject({ state: 'done', error: null, trigger: 'admin' })
    expect(events.at(-1)!.event).toBe('end')
    expect(
      events
        .filter(({ event }) => event === 'epoch')
        .at(-1)!
        .job.epochs.map(({ fit, epoch }) => `${fit} ${epoch}`),
    ).toEqual(['measured', 'final'].flatMap((fit) => [1, 2, 3, 4, 5].map((epoch) => `${fit} ${epoch}`)))
    // The curve begins with the first of the two fits.
    expect(events.find(({ event }) => event === 'epoch')!.job).toMatchObject({
      progress: { stage: 'measuring: training on nine tenths' },
      epochs: [{ fit: 'measured', epoch: 1 }],
    })
    const after = await service.recommendForSession({
      ...ask,
      profile: [{ item: 'new film', rating: 5 }],
      dislikes: [],
    })
    expect(after).toMatchObject({ model: done.version, unknown: [], profile: 1 })
    const [model] = (await service.listModels()).models
    expect(model).toMatchObject({ version: done.version, share: 1, trainedThrough: 37 })
    expect(model!.metrics.rmse).toBeGreaterThan(0.6)
    expect(model!.metrics.rmse).toBeLessThan(1.1)
    const { directory } = service.artefactOf()
    const { train, manifest, model: loaded } = await loadArtefact(directory)
    const old = await loadArtefact(dot)
    expect(train.users.ids().slice(0, old.train.users.size)).toEqual(old.train.users.ids())
    expect(train.users.size).toBe(old.train.users.size + 12)
    expect(train.count).toBe(old.train.count + 35)
    expect(manifest.notes).toMatchObject({
      storeRatings: 35,
      newUsers: 12,
      newItems: 1,
      warmStartedFrom: old.manifest.checksum,
    })
    // Warm: nearer to the old weights than a model of the same settings from other random ones.
    const vectors = [old.model.vectors!()!, loaded.vectors!()!]
    const length = old.train.items.size * vectors[0]!.width
    let [dot_, a, b] = [0, 0, 0]
    for (let at = 0; at < length; at++) {
      const [x, y] = [vectors[0]!.data[at]!, vectors[1]!.data[at]!]
      dot_ += x * y
      a += x * x
      b += y * y
    }
    expect(dot_ / Math.sqrt(a * b)).toBeGreaterThan(0.7)
    // Trained on her ratings or not: the store has the say of what she rated.
    const list = await service.recommendForUser('new 0', { ...ask, k: 1 })
    expect(list.profile).toBe(2)
    expect(await service.retraining()).toEqual({ newRatings: 0, retrainAfter: null, retrainEvery: null })
    expect(readdirSync(join(running!.folder, 'data', 'training', job.id))).toEqual([])
  })

  test('a movie nobody has rated is recommended by a model of features', async () => {
    const { service } = await begin(content)
    const movie = {
      title: 'Star Wars: Another One (2026)',
      year: 2026,
      genres: ['Action', 'Adventure', 'Sci-Fi'],
      tags: [],
      imdb: null,
      tmdb: null,
    }
    await service.putMovies({ movies: [{ id: 'unrated', ...movie }] })
    await expect(service.startTraining(all)).rejects.toMatchObject({
      code: 'cannot-warm-start',
      place: 'body.warmStart',
    })
    const job = await service.startTraining({ ...all, warmStart: false })
    expect((await finished(running!, job.id)).job.error).toBeNull()
    const list = await service.recommendForSession({
      ...ask,
      ...{ k: 100, reasons: 0, yearFrom: 2026 },
      profile: ['260', '1196', '1210'].map((item) => ({ item, rating: 5 })),
      dislikes: [],
    })
    expect(list.items.map(({ item, title }) => [item, title])).toEqual([['unrated', movie.title]])
    const { predictions } = await service.predict({
      pairs: [],
      profile: ['260', '1196', '1210'].map((item) => ({ item, rating: 5 })),
      items: ['unrated'],
    })
    expect(predictions[0]!.fallback).toBeNull()
  })

  test('cancelled, killed, or refused: the old model answers on and the job says how it ended', async () => {
    const { service } = await begin(dot)
    const before = service.ready().models
    const long = { ...all, warmStart: false, hyperparameters: { epochs: 5000 } }
    const first = await service.startTraining(long)
    const second = await service.startTraining(long)
    expect(second.state).toBe('waiting')
    expect(await service.cancelTraining(second.id)).toMatchObject({ state: 'cancelled' })
    for await (const { job } of service.trainingEvents(first.id)) if (job.progress) break
    expect(await service.cancelTraining(first.id)).toMatchObject({ state: 'cancelled', version: null })

    const third = await service.startTraining(long)
    const ending = finished(running!, third.id)
    for await (const { job } of service.trainingEvents(third.id)) if (job.progress) break
    const { execFileSync } = await import('node:child_process')
    const found = execFileSync('ps', ['-ewwo', 'pid,args'], { encoding: 'utf8' })
    const line = found.split('\n').find((text) => text.includes(join('training', third.id)))!
    process.kill(Number(line.trim().split(/\s/)[0]), 'SIGKILL')
    expect((await ending).job).toMatchObject({ state: 'failed', error: expect.stringContaining('SIGKILL') })

    await expect(service.startTraining({ ...all, hyperparameters: { nonsense: 1 } })).rejects.toMatchObject({
      code: 'bad-hyperparameter',
    })
    await expect(service.startTraining({ ...all, model: 'nonsense' })).rejects.toMatchObject({ code: 'unknown-model' })
    await expect(service.getTraining('nonsense')).rejects.toMatchObject({ code: 'unknown-job' })
    const other = await service.startTraining({ ...all, hyperparameters: { factors: 3 } })
    expect((await finished(running!, other.id)).job).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('factors'),
    })
    expect(service.ready().models).toEqual(before)
    expect((await service.listTraining()).jobs.map(({ state }) => state)).toEqual([
      'failed',
      'failed',
      'cancelled',
      'cancelled',
    ])
    expect(existsSync(join(running!.folder, 'data', 'artefacts', third.id))).toBe(false)
  })

  test('cut short by the end of the server is failed after the restart', async () => {
    const { service, folder: where } = await begin(dot)
    const job = await service.startTraining({ ...all, warmStart: false, hyperparameters: { epochs: 5000 } })
    for await (const { job: now } of service.trainingEvents(job.id)) if (now.state === 'running') break
    const file = join(where, 'data', 'training', `${job.id}.json`)
    const asKilled = readFileSync(file, 'utf8')
    expect(JSON.parse(asKilled).state).toBe('running')
    await running!.close()
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ state: 'failed' })
    // As a kill -9 leaves it.
    writeFileSync(file, asKilled)
    running = await run(where, dot)
    expect(await running.service.getTraining(job.id)).toMatchObject({
      state: 'failed',
      error: 'the server stopped while it was training',
    })
    expect(running.service.ready().models).toHaveLength(1)
  })

  test('after one that began by itself has failed, the next ratings do not start another at once', async () => {
    const copy = join(folder, 'to be damaged')
    cpSync(dot, copy, { recursive: true })
    const { service, store } = await begin(copy, { retrainAfter: 3 })
    const say = async (user: string): Promise<void> => {
      const ratings = fan(user, ['1', '260', '2571'], 4)
      await store.append(ratings)
      service.onFeedback(ratings)
    }
    for (const name of readdirSync(copy)) if (name.startsWith('ratings')) writeFileSync(join(copy, name), 'damaged')
    await say('x')
    await expect.poll(async () => (await service.listTraining()).jobs[0]?.state, { timeout: 590_000 }).toBe('failed')
    for (const user of ['y', 'z']) await say(user)
    await expect(service.retraining()).resolves.toMatchObject({ newRatings: 9 })
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect((await service.listTraining()).jobs).toHaveLength(1)
    // Who asks for one has one.
    expect((await service.startTraining(all)).trigger).toBe('admin')
  })

  test('begins by itself after enough new ratings', async () => {
    const { service, store, events } = await begin(dot, { retrainAfter: 6, retrainEvery: 5_400_000 })
    const [before] = service.ready().models
    const say = async (user: string): Promise<void> => {
      const ratings = fan(user, ['1', '260', '2571'], 4)
      await store.append(ratings)
      service.onFeedback(ratings)
    }
    await say('x')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await service.listTraining()).jobs).toEqual([])
    expect(await service.retraining()).toEqual({ newRatings: 3, retrainAfter: 6, retrainEvery: 1.5 })
    await say('y')
    await expect.poll(async () => (await service.listTraining()).jobs.length, { timeout: 120_000 }).toBe(1)
    const [job] = (await service.listTraining()).jobs
    expect(job!.trigger).toBe('ratings')
    expect((await finished(running!, job!.id)).job).toMatchObject({ state: 'done' })
    expect(service.ready().models).not.toContain(before)
    expect(await service.retraining()).toEqual({ newRatings: 0, retrainAfter: 6, retrainEvery: 1.5 })
    expect(events.map(({ event }) => event)).toContain('training-done')
  })
})
