import { BrowserModels } from '../../browser/browser-models.ts'
import { errorFields } from '../log.ts'
import { administrationHandlers } from './administration.ts'
import { feedbackHandlers } from './feedback.ts'
import { modelHandlers } from './models.ts'
import { recommendationHandlers } from './recommendations.ts'
import type { HandlerContext, Handlers } from './types.ts'
import { userHandlers } from './users.ts'

/** Every route's handler; the type names one that is missing. */
export function createHandlers(context: HandlerContext): Handlers {
  const { service, options } = context
  const { log } = options
  const browser = new BrowserModels(options.browserFolder, (error) => {
    log?.error({ event: 'browser-model-incomplete', ...errorFields(error, log) }, 'background')
  })
  return {
    ...userHandlers(context),
    ...feedbackHandlers(context),
    ...recommendationHandlers(context),
    ...modelHandlers(context),
    ...administrationHandlers(context),
    listMovies: ({ query }) => service.listMovies(query),
    getMovie: ({ params }) => service.getMovie(params.id),
    putMovies: ({ body }) => service.putMovies(body),
    listGenres: () => service.listGenres(),
    firstPicks: ({ query }) => service.firstPicks(query),
    popular: ({ query }) => service.popular(query),
    latest: ({ query }) => service.latest(query),
    matchMovies: ({ body }) => service.matchMovies(body),
    listStudies: () => service.listStudies(),
    createStudy: ({ body }) => service.createStudy(body),
    studyQuestion: ({ params, query }) => service.studyQuestion(params.id, query.participant),
    answerQuestion: ({ params, body }) => service.answerQuestion(params.id, body),
    studyResults: ({ params }) => service.studyResults(params.id),
    browserModel: ({ query }) => {
      const { version, directory } = service.artefactOf(query.model)
      return browser.describe(version, directory, () => service.getMap({ model: version }))
    },
    dataInfo: () => service.dataInfo(),
  }
}
