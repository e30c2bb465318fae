import { mkdirSync } from 'node:fs'
import { MarqueeError } from '../../core/errors.ts'
import { seedMovies } from '../../store/seed.ts'
import { Background } from './background/background.ts'
import { dataInfoOf } from './data-info.ts'
import { feedbackCalls } from './feedback.ts'
import { modelCalls } from './models/calls.ts'
import { ModelDesk } from './models/desk.ts'
import { movieCalls } from './movies/calls.ts'
import { StoreRatings } from './movies/store-ratings.ts'
import type { Parts } from './parts.ts'
import { recommendCalls } from './recommend/calls.ts'
import { RecommendationIds } from './recommend/ids.ts'
import { secretIn } from './secret.ts'
import { ServedCounts } from './served.ts'
import type { Service, ServiceEvent, ServiceOptions } from './service.ts'
import { Studies } from './studies.ts'
import { trainingCalls } from './training/calls.ts'
import { TrainingJobs } from './training/jobs.ts'
import { NewRatings } from './training/retraining.ts'

/** How often the store is asked whether another instance has changed the traffic, in milliseconds. */
const standardFollowing = 5_000

/** How long close() waits for requests under way, in milliseconds. */
const patience = 10_000

/** The service over a store and a folder: its parts put together, its beginning and its end. See createService. */
export async function startService(options: ServiceOptions): Promise<Service> {
  mkdirSync(options.folder, { recursive: true })
  const secret = await options.store.sharedSecret('recommendation-ids', secretIn(options.folder))
  const state = { closing: false }
  const parts = makeParts(options, secret, state)
  const { desk, served, background, jobs } = parts
  const timers: NodeJS.Timeout[] = []
  const training = trainingCalls(parts)
  const feedback = feedbackCalls(parts, training.retrain)
  const studies = new Studies(parts.store, desk)
  let seeding: Promise<void> = Promise.resolve()

  const close = async (): Promise<void> => {
    if (state.closing) return
    state.closing = true
    for (const timer of timers) clearInterval(timer)
    await Promise.all([feedback.settled(), seeding])
    await Promise.all([jobs.close(), background.close()])
    const until = performance.now() + patience
    while (desk.shelf.all().some(({ inFlight }) => inFlight > 0) && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    desk.shelf.close()
    await served.close()
  }

  try {
    await begin(parts)
    seeding = seed(parts)
    const { followEvery = standardFollowing, retrainEvery } = options
    timers.push(every(parts, followEvery, 'follow', () => desk.follow()))
    if (retrainEvery) timers.push(every(parts, retrainEvery, 'retrain', () => training.retrain('schedule', 1)))
  } catch (error) {
    await close()
    throw error
  }

  return {
    ...movieCalls(parts),
    ...recommendCalls(parts),
    ...modelCalls(parts),
    ...training.calls,
    ...feedback.calls,
    listStudies: () => studies.list(),
    createStudy: (body) => studies.create(body),
    studyQuestion: (id, participant) => studies.question(id, participant),
    answerQuestion: (id, body) => studies.answer(id, body),
    studyResults: (id) => studies.results(id),
    dataInfo: async () => dataInfoOf(desk.current.main),
    ready: () => {
      parts.refuseClosing()
      return { models: desk.current.traffic.variants.map(({ version }) => version), missing: desk.missing }
    },
    figures: () => {
      const loaded = desk.shelf.all()
      return {
        served: served.total(),
        loaded: loaded.length,
        inFlight: Object.fromEntries(loaded.map(({ version, inFlight }) => [version, inFlight])),
        missing: desk.missing,
        training: jobs.busy ? 'running' : 'idle',
      }
    },
    close,
  }
}

function makeParts(options: ServiceOptions, secret: Buffer, state: { readonly closing: boolean }): Parts {
  const { store, folder, retrainAfter } = options
  const emit = (event: ServiceEvent): void => options.onEvent?.(event)
  const served = new ServedCounts(store, emit)
  return {
    options,
    store,
    served,
    desk: new ModelDesk(store, emit, () => served.flush()),
    ids: new RecommendationIds(secret),
    storeRatings: new StoreRatings(store),
    background: new Background(folder, emit),
    jobs: new TrainingJobs(folder, store, emit),
    fresh: new NewRatings(store, retrainAfter ?? 1_000_000),
    closing: () => state.closing,
    refuseClosing() {
      if (!state.closing) return
      throw new MarqueeError('closing', 'the server is shutting down', { remedy: 'Ask again in a moment.' })
    },
    warn: (event, error, fields = {}) => emit({ level: 'warn', event, fields, error }),
  }
}

/**
 * An artefact that was not registered before is put in force; one that was stands behind what the store says is in force, so that
 * a restart does not undo a retraining. A version that cannot be loaded is reported, and the others answer.
 */
async function begin({ options, store, desk, warn }: Parts): Promise<void> {
  const { artefact } = options
  let failure: unknown = null
  let version: string | null = null
  if (artefact !== undefined) {
    try {
      const { stored, fresh } = await desk.add(artefact)
      if (fresh || !(await store.traffic())) await desk.activate(stored.version)
      else version = stored.version
    } catch (error) {
      failure = error
      warn('artefact-refused', error, { artefact })
    }
  }
  try {
    await desk.follow()
    failure ??= desk.whyMissing
  } catch (error) {
    failure ??= error
    warn('traffic-refused', error)
  }
  // Here alone: what the store says is in force is for all instances, and this one may be the only one that cannot load it.
  if (!desk.any && version !== null) await desk.standIn(version)
  if (failure !== null && !desk.any) throw failure
}

/** For exports and other readers of the store; requests do not wait for it. */
async function seed({ store, desk, warn }: Parts): Promise<void> {
  if (!desk.any) return
  const { main } = desk.current
  await seedMovies(store, main.items, main.train.items).catch((error: unknown) => warn('movies-not-stored', error))
}

function every({ warn }: Parts, milliseconds: number, what: string, work: () => Promise<unknown>): NodeJS.Timeout {
  let busy = false
  const timer = setInterval(
    () => {
      if (busy) return
      busy = true
      work()
        .catch((error: unknown) => warn(`${what}-failed`, error))
        .finally(() => {
          busy = false
        })
    },
    Math.min(milliseconds, 2 ** 31 - 1),
  )
  timer.unref()
  return timer
}
