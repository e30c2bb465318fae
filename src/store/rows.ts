import { checkId, checkJson, checkText, checkTextOrNull, checkTime, checkWhole } from './checks.ts'
import type {
  FeedbackEvent,
  StoredAnswer,
  StoredKey,
  StoredModel,
  StoredMovie,
  StoredStudy,
  StoredUser,
} from './store.ts'
import type { AnswerRow, CurrentRow, EventRow, KeyRow, ModelRow, MovieRow, StudyRow, UserRow } from './tables.ts'

// Between the contract's objects and the rows of the tables: `...Of` reads a row, `...Row` checks and writes one.

export const userOf = ({ id, created, attributes }: UserRow): StoredUser => ({
  id,
  created,
  attributes: JSON.parse(attributes),
})

export const userRow = ({ id, created, attributes }: StoredUser): UserRow => ({
  id: checkId(id, 'user'),
  created: checkTime(created, 'created'),
  attributes: checkJson(attributes, 'attributes'),
})

export const movieOf = ({ id, title, year, genres, tags, imdb, tmdb }: MovieRow): StoredMovie => ({
  id,
  title,
  year,
  genres: JSON.parse(genres),
  tags: JSON.parse(tags),
  imdb,
  tmdb,
})

export const movieRow = ({ id, title, year, genres, tags, imdb, tmdb }: StoredMovie): MovieRow => ({
  id: checkId(id, 'movie'),
  title: checkText(title, `title of the movie ${id}`),
  year: year === null ? null : checkWhole(year, 0, 'year'),
  genres: checkJson(genres, 'genres'),
  tags: checkJson(tags, 'tags'),
  imdb: checkTextOrNull(imdb, 'imdb'),
  tmdb: checkTextOrNull(tmdb, 'tmdb'),
})

export const eventOf = (row: EventRow): FeedbackEvent => currentOf(row, row.action)

/** What holds now was put. */
export const currentOf = (row: CurrentRow, action: 'put' | 'delete' = 'put'): FeedbackEvent => ({
  seq: row.seq,
  user: row.user_id,
  item: row.item_id,
  kind: row.kind,
  action,
  value: row.value,
  time: row.time,
  context: row.context === null ? null : JSON.parse(row.context),
  recommendation: row.recommendation,
  received: row.received,
})

export const modelOf = ({ trained_through, metrics, ...rest }: ModelRow): StoredModel => ({
  ...rest,
  metrics: JSON.parse(metrics),
  trainedThrough: trained_through,
})

export const modelRow = (model: StoredModel): ModelRow => ({
  version: checkId(model.version, 'version'),
  model: checkText(model.model, 'model'),
  artefact: checkText(model.artefact, 'artefact'),
  created: checkTime(model.created, 'created'),
  metrics: checkJson(model.metrics, 'metrics'),
  trained_through: checkWhole(model.trainedThrough, 0, 'trainedThrough'),
})

export const studyOf = ({ options, ...rest }: StudyRow): StoredStudy => ({ ...rest, options: JSON.parse(options) })

export const studyRow = ({ id, title, created, a, b, options }: StoredStudy): StudyRow => ({
  id: checkId(id, 'study'),
  title: checkText(title, 'title'),
  created: checkTime(created, 'created'),
  a: checkText(a, 'a'),
  b: checkText(b, 'b'),
  options: checkJson(options, 'options'),
})

export const answerOf = ({ chosen, behind, ...rest }: AnswerRow): StoredAnswer => ({
  ...rest,
  chosen: chosen as 0 | 1,
  behind: JSON.parse(behind),
})

export const answerRow = (answer: StoredAnswer): AnswerRow => ({
  study: checkId(answer.study, 'study'),
  participant: checkId(answer.participant, 'participant'),
  number: checkWhole(answer.number, 1, 'number'),
  chosen: answer.chosen === 1 ? 1 : 0,
  behind: checkJson(answer.behind, 'behind'),
  received: checkTime(answer.received, 'received'),
})

export const keyOf = ({ scopes, ...rest }: KeyRow): StoredKey => ({ ...rest, scopes: JSON.parse(scopes) })

export const keyRow = ({ id, name, hash, scopes, created, revoked }: StoredKey): KeyRow => ({
  id: checkId(id, 'key'),
  name: checkText(name, 'name'),
  hash: checkText(hash, 'hash'),
  scopes: checkJson(scopes, 'scopes'),
  created: checkTime(created, 'created'),
  revoked: revoked === null ? null : checkTime(revoked, 'revoked'),
})
