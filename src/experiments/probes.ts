import { TitleIndex } from '../catalogue/titles.ts'
import { MarqueeError } from '../core/errors.ts'
import type { OnProgress } from '../core/progress.ts'
import { Random } from '../core/random.ts'
import type { Dataset, Interactions } from '../data/index.ts'
import { checkAttention, type FaithfulnessCase, measureFaithfulness, profileOfUser } from '../explain/index.ts'
import { movieMap } from '../explain/map/index.ts'
import type { Recommender } from '../models/recommender.ts'
import { clusterMaker } from './hooks.ts'
import type { Probe } from './paper.ts'

/** A movie in a list of similar ones. */
export interface SimilarMovie {
  readonly title: string
  readonly similarity: number
}

/** What a probe that cannot be answered on this data or by this model gives instead. */
export interface ProbeMissing {
  readonly missing: string
}

export interface ProbeGround {
  readonly model: Recommender
  readonly train: Interactions
  readonly dataset: Dataset
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: OnProgress | undefined
}

/** The answer of a probe as plain JSON; what cannot be answered says why. */
export async function answerProbe(probe: Probe, ground: ProbeGround): Promise<unknown> {
  try {
    switch (probe.kind) {
      case 'similar':
        return await similarMovies(ground, probe.titles, probe.rule)
      case 'pairs':
        return await predictions(ground, probe.pairs)
      case 'parameters':
        return Object.values(ground.model.save().tensors).reduce((sum, { data }) => sum + data.length, 0)
      case 'map':
        return await mapOf(ground, probe)
      case 'attention':
        return await attention(ground, probe)
      case 'clusters':
        return await (await clusterMaker())(ground, probe)
    }
  } catch (error) {
    if (!(error instanceof MarqueeError) || error.code === 'interrupted') throw error
    return { missing: error.message } satisfies ProbeMissing
  }
}

/**
 * The movies nearest to the given: ten by the mean of their unit vectors, or by the paper's list rule ranks 6 to 10 of
 * each movie's own list, merged and sorted, so that the five best of each are missing.
 */
async function similarMovies(
  { model, train, dataset }: ProbeGround,
  titles: readonly string[],
  rule: 'joint' | 'ranks-6-to-10',
): Promise<SimilarMovie[]> {
  const { offsets } = train.byItem()
  const counts = Int32Array.from({ length: train.items.size }, (_, item) => offsets[item + 1]! - offsets[item]!)
  const index = new TitleIndex(dataset.items, train.items, counts)
  const items = titles.map((title) => {
    const { item } = index.find(title)
    if (counts[item]! > 0) return item
    throw new MarqueeError('unknown-item', `"${title}" has no rating here`)
  })
  const near =
    rule === 'joint'
      ? await model.similar(items, 10)
      : (await Promise.all(items.map((item) => model.similar([item], 10)))).flatMap((list) => list.slice(5, 10))
  return near
    .toSorted((a, b) => b.similarity - a.similarity || a.item - b.item)
    .map(({ item, similarity }) => ({ title: dataset.items.titles[item]!, similarity }))
}

/** A map of movies in the plane. */
export interface PlaneMap {
  readonly x: readonly number[]
  readonly y: readonly number[]
  readonly titles: readonly string[]
  /** What each movie is coloured by. */
  readonly genres: readonly string[]
  /** How well neighbourhoods are kept, in words. */
  readonly words: string
}

async function mapOf(
  { model, train, dataset, onProgress, signal }: ProbeGround,
  { perplexity, seed }: Extract<Probe, { kind: 'map' }>,
): Promise<PlaneMap> {
  const map = await movieMap(model, train, dataset.items, {
    perplexity,
    seed,
    minimumRatings: 1,
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  })
  const { movies, preservation: kept, genreAgreement: agreed } = map
  const percent = (share: number): string => `${(100 * share).toFixed(0)}%`
  return {
    x: movies.map(({ x }) => x),
    y: movies.map(({ y }) => y),
    titles: movies.map(({ title }) => title),
    genres: movies.map(({ genre }) => genre),
    words:
      `${movies.length} movies, perplexity ${perplexity}, seed ${seed}. Of each movie's ten nearest, ${percent(kept.recall)} are nearest on the map ` +
      `too (chance ${percent(kept.chance)}), trustworthiness ${kept.trustworthiness.toFixed(3)}. ${percent(agreed.map)} of the ten nearest on the ` +
      `map share the movie's colour; by the vectors ${percent(agreed.vectors)}, by chance ${percent(agreed.chance)}.`,
  }
}

/** Over the first users with training ratings and the most rated movies. */
async function attention(
  { model, train }: ProbeGround,
  { users: userCount, items: itemCount }: Extract<Probe, { kind: 'attention' }>,
): Promise<Record<string, number | null>> {
  const byUser = train.byUser().offsets
  const byItem = train.byItem().offsets
  const users = Array.from({ length: train.users.size }, (_, user) => user)
    .filter((user) => byUser[user + 1]! > byUser[user]!)
    .slice(0, userCount)
  const count = (item: number): number => byItem[item + 1]! - byItem[item]!
  const items = Array.from({ length: train.items.size }, (_, item) => item)
    .sort((a, b) => count(b) - count(a) || a - b)
    .slice(0, itemCount)
  const check = await checkAttention(model, users, items)
  const cases: FaithfulnessCase[] = users.map((user, n) => ({
    profile: profileOfUser(train, user),
    item: items[n % items.length]!,
  }))
  const faithful = await measureFaithfulness(model, cases, { random: new Random(1).fork('faithfulness') })
  return {
    'predictions looked at': check.pairs,
    'weight of the user, mean': check.userWeight.mean,
    'weight of the user, least': check.userWeight.least,
    'weight of the user, most': check.userWeight.most,
    'share of the user by Shapley value, mean': check.userShare,
    'rank correlation of weight and share': check.spearman,
    'correlation of weight and share': check.pearson,
    'explanations tested by masking ratings': faithful.cases,
    'stars moved by masking the five that are named': faithful.named,
    'stars moved by masking five at random': faithful.random,
    'share of cases in which the named move more': faithful.wins,
  }
}

async function predictions(
  { model, train }: ProbeGround,
  pairs: readonly (readonly [user: string, item: string])[],
): Promise<{ user: string; item: string; prediction: number }[]> {
  const user = Int32Array.from(pairs, ([id]) => train.users.indexOf(id))
  const item = Int32Array.from(pairs, ([, id]) => train.items.indexOf(id))
  const predicted = await model.predict({ user, item })
  return pairs.map(([userId, itemId], n) => ({ user: userId, item: itemId, prediction: predicted[n]! }))
}
