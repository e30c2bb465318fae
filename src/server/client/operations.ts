import type * as routes from '../api/routes.ts'

type Routes = typeof routes

/**
 * Method and path of every operation: all that the client needs of the API when it runs, so that no schema goes into a
 * browser. It does not compile when it differs from the routes, or lacks one.
 */
export const operations = {
  putUser: ['put', '/v1/users/{id}'],
  getUser: ['get', '/v1/users/{id}'],
  listUsers: ['get', '/v1/users'],
  exportUser: ['get', '/v1/users/{id}/export'],
  eraseUser: ['delete', '/v1/users/{id}'],
  listMovies: ['get', '/v1/movies'],
  getMovie: ['get', '/v1/movies/{id}'],
  putMovies: ['put', '/v1/movies'],
  listGenres: ['get', '/v1/genres'],
  firstPicks: ['get', '/v1/movies/first-picks'],
  popular: ['get', '/v1/popular'],
  latest: ['get', '/v1/latest'],
  matchMovies: ['post', '/v1/movies/match'],
  addFeedback: ['post', '/v1/feedback'],
  listFeedback: ['get', '/v1/feedback'],
  deleteFeedback: ['delete', '/v1/feedback'],
  recommendForUser: ['get', '/v1/users/{id}/recommendations'],
  recommendForSession: ['post', '/v1/session/recommendations'],
  recommendBatch: ['post', '/v1/batch/recommendations'],
  similarMovies: ['get', '/v1/similar'],
  predict: ['post', '/v1/predictions'],
  explain: ['post', '/v1/explanations'],
  getMap: ['get', '/v1/map'],
  getClusters: ['get', '/v1/clusters'],
  browserModel: ['get', '/v1/browser-model'],
  listModels: ['get', '/v1/models'],
  activateModel: ['post', '/v1/models/{version}/activate'],
  addModel: ['post', '/v1/models'],
  removeModel: ['delete', '/v1/models/{version}'],
  getTraffic: ['get', '/v1/traffic'],
  setTraffic: ['put', '/v1/traffic'],
  startTraining: ['post', '/v1/training'],
  listTraining: ['get', '/v1/training'],
  listTrainable: ['get', '/v1/training/models'],
  getTraining: ['get', '/v1/training/{id}'],
  trainingEvents: ['get', '/v1/training/{id}/events'],
  cancelTraining: ['delete', '/v1/training/{id}'],
  listStudies: ['get', '/v1/studies'],
  createStudy: ['post', '/v1/studies'],
  studyQuestion: ['get', '/v1/studies/{id}/questions'],
  answerQuestion: ['post', '/v1/studies/{id}/answers'],
  studyResults: ['get', '/v1/studies/{id}/results'],
  dataInfo: ['get', '/v1/data'],
  listReports: ['get', '/v1/reports'],
  listKeys: ['get', '/v1/keys'],
  createKey: ['post', '/v1/keys'],
  revokeKey: ['delete', '/v1/keys/{id}'],
  storeInfo: ['get', '/v1/store'],
  live: ['get', '/health/live'],
  ready: ['get', '/health/ready'],
} as const satisfies { readonly [N in keyof Routes]: readonly [Routes[N]['method'], Routes[N]['path']] }

export type OperationId = keyof typeof operations
