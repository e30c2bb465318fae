import { MarqueeError } from '../../../core/errors.ts'
import type { Parts } from '../parts.ts'
import type { BatchLine, Service } from '../service.ts'
import type { Live } from '../shelf/live.ts'
import { using } from '../shelf/shelf.ts'
import type { Answer, Body, RecommendationList, RecommendQuery } from '../types.ts'
import { type Person, personOfSession, personOfUser } from './person.ts'
import { explainFor, predictFor, similarTo } from './predictions.ts'
import { recommendFor } from './recommend.ts'

/** The calls that ask something of a version. */
export type RecommendationNames =
  | 'recommendForUser'
  | 'recommendForSession'
  | 'recommendBatch'
  | 'similarMovies'
  | 'predict'
  | 'explain'
  | 'getMap'
  | 'getClusters'

/** What is asked of a version: lists, predictions and their reasons, and the pictures of it. */
export function recommendCalls({ store, desk, ids, served, background }: Parts): Pick<Service, RecommendationNames> {
  const listFor = async (live: Live, person: Person, options: RecommendQuery): Promise<RecommendationList> => {
    const list = await recommendFor(live, person, options, ids)
    served.count(live.version)
    return list
  }

  const recommendForUser = (user: string, options: RecommendQuery): Promise<RecommendationList> =>
    using(desk.choose(options.model, user), async (live) =>
      listFor(live, await personOfUser(live, store, user), options),
    )

  async function* recommendBatch({ users, ...options }: Body<'recommendBatch'>): AsyncGenerator<BatchLine> {
    // A model that is not there is the request's mistake, not the first user's.
    if (options.model !== undefined) desk.choose(options.model, null)
    for (const user of users) {
      // Nothing in a list need wait for the outside, and a hundred thousand of them would hold up everybody else.
      await new Promise(setImmediate)
      try {
        yield { user, list: await recommendForUser(user, options) }
      } catch (error) {
        if (!(error instanceof MarqueeError)) throw error
        yield { user, problem: error }
      }
    }
  }

  async function predict({ pairs, profile, items, model }: Body<'predict'>): Promise<Answer<'predict'>> {
    const main = desk.choose(model, null)
    const predictions: Answer<'predict'>['predictions'] = []
    const users = Map.groupBy(
      pairs.map((pair, n) => ({ ...pair, n })),
      ({ user }) => user,
    )
    for (const [user, own] of users) {
      // As in a batch: ten thousand users hold up nobody else.
      await new Promise(setImmediate)
      await using(main, async (live) => {
        const person = await personOfUser(live, store, user)
        const wanted = own.map(({ item }) => item)
        const found = await predictFor(live, person, user, wanted)
        own.forEach(({ n }, k) => {
          predictions[n] = found[k]!
        })
      })
    }
    if (profile !== undefined || items.length > 0) {
      const session = await using(main, (live) => predictFor(live, personOfSession(live, profile ?? []), null, items))
      predictions.push(...session)
    }
    return { model: main.version, predictions }
  }

  /** With a profile the user chooses the version and nothing else, as for a session's list. */
  async function explain(body: Body<'explain'>): Promise<Answer<'explain'>> {
    const { user, profile, model } = body
    if (user === undefined && profile === undefined) {
      throw new MarqueeError('bad-request', 'nobody is named', {
        place: 'body',
        remedy: 'Give `user` or `profile`.',
      })
    }
    return using(desk.choose(model, user ?? null), async (live) => {
      const person = profile ? personOfSession(live, profile) : await personOfUser(live, store, user!)
      return explainFor(live, person, body)
    })
  }

  const autoencoder = (): Live => {
    const { main } = desk.current
    const found = [main, ...desk.shelf.all()].find(({ stored }) => /^(stacked-)?autoencoder$/.test(stored.model))
    if (found) return found
    throw new MarqueeError('no-autoencoder', 'no live model is an autoencoder, which clusters are found in', {
      remedy: 'Register one: `marquee train … --model autoencoder --out DIR`, then POST /v1/models with the folder.',
    })
  }

  return {
    recommendForUser,
    recommendForSession: async ({ profile, dislikes, user, ...options }) =>
      using(desk.choose(options.model, user ?? null), (live) =>
        listFor(live, personOfSession(live, profile, dislikes), options),
      ),
    recommendBatch,
    similarMovies: async (query) => using(desk.choose(query.model, null), (live) => similarTo(live, query)),
    predict,
    explain,
    getMap: async ({ model }) => background.map(desk.choose(model, null)),
    getClusters: async ({ model }) =>
      background.clusters(model === undefined ? autoencoder() : desk.choose(model, null)),
  }
}
