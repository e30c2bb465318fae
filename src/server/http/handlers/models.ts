import { textStream } from '../stream.ts'
import type { HandlerContext, Handlers } from './types.ts'

type Names =
  | 'listModels'
  | 'activateModel'
  | 'addModel'
  | 'removeModel'
  | 'getTraffic'
  | 'setTraffic'
  | 'startTraining'
  | 'listTraining'
  | 'listTrainable'
  | 'getTraining'
  | 'trainingEvents'
  | 'cancelTraining'

export function modelHandlers({ service, lifecycle, options }: HandlerContext): Handlers<Names> {
  return {
    listModels: () => service.listModels(),
    activateModel: ({ params }) => service.activateModel(params.version),
    addModel: ({ body }) => service.addModel(body),
    removeModel: ({ params }) => service.removeModel(params.version),
    getTraffic: () => service.getTraffic(),
    setTraffic: ({ body }) => service.setTraffic(body),
    startTraining: ({ body }) => service.startTraining(body),
    listTraining: () => service.listTraining(),
    listTrainable: () => service.listTrainable(),
    getTraining: ({ params }) => service.getTraining(params.id),
    trainingEvents: async ({ params }) => {
      const gone = new AbortController()
      const signal = AbortSignal.any([gone.signal, lifecycle.stopping])
      const events = service.trainingEvents(params.id, signal)
      const heartbeat = { text: ': still here\n\n', every: options.heartbeat ?? 15_000 }
      return {
        status: 200,
        body: await textStream(eventTexts(events), { heartbeat, onEnd: () => gone.abort() }),
        // nginx would gather events until its buffer is full.
        headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
      }
    },
    cancelTraining: ({ params }) => service.cancelTraining(params.id),
  }
}

async function* eventTexts(events: AsyncIterable<{ event: string; job: unknown }>): AsyncIterable<string> {
  for await (const { event, job } of events) yield `event: ${event}\ndata: ${JSON.stringify(job)}\n\n`
}
