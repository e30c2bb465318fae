import type { RecommendationNames } from '../../service/recommend/calls.ts'
import type { BatchLine } from '../../service/service.ts'
import { errorFields } from '../log.ts'
import { problemOf } from '../problem.ts'
import { textStream } from '../stream.ts'
import type { HandlerContext, Handlers } from './types.ts'

export function recommendationHandlers({ service, options }: HandlerContext): Handlers<RecommendationNames> {
  return {
    recommendForUser: ({ params, query }) => service.recommendForUser(params.id, query),
    recommendForSession: ({ body }) => service.recommendForSession(body),
    recommendBatch: async ({ c, body, requestId }) => ({
      status: 200,
      body: await textStream(lines(service.recommendBatch(body), requestId), {
        ...(c.env?.outgoing && { abort: () => c.env.outgoing!.destroy() }),
        onEnd: (how, error) => {
          const log = options.log
          if (how === 'failed')
            log?.error({ requestId, route: 'recommendBatch', ...errorFields(error, log) }, 'stream broken')
        },
      }),
      headers: { 'content-type': 'application/x-ndjson', 'x-accel-buffering': 'no' },
    }),
    similarMovies: ({ query }) => service.similarMovies(query),
    predict: ({ body }) => service.predict(body),
    explain: ({ body }) => service.explain(body),
    getMap: ({ query }) => service.getMap(query),
    getClusters: ({ query }) => service.getClusters(query),
  }
}

async function* lines(batch: AsyncIterable<BatchLine>, requestId: string): AsyncIterable<string> {
  for await (const line of batch) {
    const shown = 'problem' in line ? { user: line.user, problem: problemOf(line.problem, requestId).body } : line
    yield `${JSON.stringify(shown)}\n`
  }
}
