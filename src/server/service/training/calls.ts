import { availableParallelism } from 'node:os'
import { createModel, listModels } from '../../../catalogue/create.ts'
import { MarqueeError } from '../../../core/errors.ts'
import type { Parts } from '../parts.ts'
import type { Service } from '../service.ts'
import type { Answer, Body, Job } from '../types.ts'

type Names =
  | 'startTraining'
  | 'listTraining'
  | 'getTraining'
  | 'trainingEvents'
  | 'cancelTraining'
  | 'listTrainable'
  | 'retraining'

/** Milliseconds that the server begins no training by itself after one of those has failed. */
const pauseAfterFailure = 600_000

export interface TrainingCalls {
  readonly calls: Pick<Service, Names>
  /** Trains the main version again where so many ratings are new to it, and nothing is in the way. */
  retrain(trigger: 'schedule' | 'ratings', least: number): Promise<void>
}

/** Trainings that somebody asks for, and those that the server begins by itself. */
export function trainingCalls({ options, desk, jobs, fresh, closing, refuseClosing }: Parts): TrainingCalls {
  const train = async (body: Body<'startTraining'>, trigger: Job['trigger']): Promise<Job> => {
    refuseClosing()
    const { main } = desk.current
    const { seed, warmStart, activate } = body
    const same = body.model === undefined || body.model === main.stored.model
    const model = body.model ?? main.stored.model
    const own = same ? main.manifest.model.hyperparameters : {}
    const hyperparameters = { ...own, ...body.hyperparameters }
    // Refused now rather than by a job that fails: unknown models and settings.
    const trial = await createModel(model, { ...hyperparameters })
    if (warmStart && !(same && trial.abilities.warmStart)) {
      const what = same
        ? `${model} cannot start from earlier weights`
        : `${model} cannot start from the weights of ${main.stored.model}`
      throw new MarqueeError('cannot-warm-start', what, {
        place: 'body.warmStart',
        remedy: 'Send "warmStart": false to train from scratch.',
      })
    }
    const threads = options.trainingThreads ?? Math.max(1, availableParallelism() - 1)
    return jobs.start({
      trigger,
      artefact: main.directory,
      model,
      hyperparameters,
      seed,
      warmStart,
      threads,
      finish: async (artefact) => {
        const { stored } = await desk.add(artefact)
        if (activate) await desk.succeed(main.version, stored.version)
        return stored.version
      },
    })
  }

  return {
    calls: {
      startTraining: (body) => train(body, 'admin'),
      listTraining: async () => ({ jobs: jobs.list() }),
      getTraining: async (id) => jobs.get(id),
      trainingEvents: (id, signal) => jobs.events(id, signal),
      cancelTraining: (id) => jobs.cancel(id),
      listTrainable: async () => ({ models: await trainable() }),
      retraining: async () => {
        const { retrainAfter, retrainEvery } = options
        const through = desk.any ? desk.current.main.stored.trainedThrough : 0
        return {
          newRatings: await fresh.since(through),
          retrainAfter: retrainAfter ?? null,
          retrainEvery: retrainEvery ? retrainEvery / 3_600_000 : null,
        }
      },
    },
    async retrain(trigger, least) {
      if (closing() || !desk.any || jobs.busy) return
      // What made it fail will make it fail again: without a pause each new rating would start another.
      const [last] = jobs.list()
      const failed = last?.state === 'failed' && last.trigger !== 'admin' ? Date.parse(last.ended ?? '') : 0
      if (Date.now() - failed < pauseAfterFailure) return
      const { main } = desk.current
      if ((await fresh.since(main.stored.trainedThrough)) < least) return
      const warmStart = main.model.abilities.warmStart ?? false
      await train({ seed: 1, warmStart, activate: true }, trigger)
    },
  }
}

let described: Promise<Answer<'listTrainable'>['models']> | null = null

/** Every model that can be trained by name, as `marquee models` lists them; made once, as none comes while the server runs. */
function trainable(): Promise<Answer<'listTrainable'>['models']> {
  described ??= Promise.all(
    listModels().map(async ({ name, kind, summary }) => {
      const { abilities } = await createModel(name)
      const { ratings, foldIn, warmStart = false } = abilities
      return { name, kind, summary, ratings, foldIn, warmStart }
    }),
  )
  return described
}
