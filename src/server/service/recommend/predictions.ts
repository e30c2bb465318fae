import { MarqueeError } from '../../../core/errors.ts'
import { explainPrediction } from '../../../explain/explain.ts'
import { inWords } from '../../../explain/words.ts'
import type { Who } from '../../../models/recommender.ts'
import type { Live } from '../shelf/live.ts'
import type { Answer, Body, Query } from '../types.ts'
import type { Person } from './person.ts'
import type { ListSource, MovieSource } from './source.ts'

type Prediction = Answer<'predict'>['predictions'][number]

/** Somebody as the model takes them: a profile where it folds in, else the user it was trained on. */
export const whoOf = ({ model }: Pick<ListSource, 'model'>, person: Person): Who =>
  model.abilities.foldIn ? { profile: person.profile } : { user: person.user }

/**
 * Predictions of items (ids) for one person, in the order asked. An id the model does not know gets what the model says of an
 * unknown movie, where it predicts ratings, else 0; `fallback` says so.
 */
export async function predictFor(
  live: Live,
  person: Person,
  user: string | null,
  ids: readonly string[],
): Promise<Prediction[]> {
  const { model, train } = live
  const { min, max } = train.scale
  const scores = await model.scoreAll(whoOf(live, person))
  const places = ids.map((id) => train.items.indexOf(id))
  const unknown = places.includes(-1)
    ? (await model.predict({ user: Int32Array.of(person.user), item: Int32Array.of(-1) }))[0]!
    : 0
  return ids.map((item, n) => {
    const place = places[n]!
    const score = place < 0 ? unknown : scores[place]!
    const reasons = [
      ...(place < 0 ? ['the model does not know the movie'] : []),
      ...(person.empty === null && (model.abilities.foldIn || person.user >= 0)
        ? []
        : [person.empty ?? 'the model does not know the user']),
    ]
    return {
      user,
      item,
      score,
      rating: model.abilities.ratings ? Math.min(max, Math.max(min, score)) : null,
      fallback: reasons.length === 0 ? null : reasons.join('; '),
    }
  })
}

/** Nearest to one movie or to the mean of several. Throws `unknown-movie`, `not-able`, `bad-request` without any. */
export async function similarTo(
  live: MovieSource,
  { items, k }: Pick<Query<'similarMovies'>, 'items' | 'k'>,
): Promise<Answer<'similarMovies'>> {
  if (items.length === 0) {
    throw new MarqueeError('bad-request', 'no movie is named', {
      place: 'query.items',
      remedy: 'Give one or more ids, separated by commas.',
    })
  }
  const { train, items: table, model } = live
  const found = await model.similar(
    items.map((id) => live.itemOf(id, 'query.items')),
    k,
  )
  return {
    model: live.version,
    items: found.map(({ item, similarity }) => ({
      item: train.items.id(item),
      title: table.titles[item]!,
      year: table.years[item] || null,
      genres: [...table.genres[item]!],
      similarity,
    })),
  }
}

/** Ratings left out in turn at most, and read by all those leave-outs together, so that explaining a very long profile ends. */
const most = { left: 60, least: 12, read: 40_000 }

/** Why the model predicts what it predicts; others are answered while it pauses. Throws `unknown-movie`. */
export async function explainFor(
  live: MovieSource,
  person: Person,
  body: Pick<Body<'explain'>, 'item' | 'k'>,
  pause: () => Promise<unknown> = () => new Promise(setImmediate),
): Promise<Answer<'explain'>> {
  const { model, train, items } = live
  const item = live.itemOf(body.item, 'body.item')
  const affordable = Math.max(most.least, Math.floor(most.read / Math.max(1, person.profile.length)))
  const options = { k: body.k, limit: Math.min(most.left, affordable), pause }
  const explained = await explainPrediction(model, train, whoOf(live, person), item, options)
  const { rating, score, strength, attention, shapley, influence } = explained
  const { user, item: own, none } = shapley
  return {
    model: live.version,
    item: body.item,
    title: items.titles[item]!,
    rating,
    score,
    strength,
    attention,
    shapley: { user, item: own, none },
    text: inWords(explained, (index) => items.titles[index]!, train.scale),
    ratings: (influence?.ratings ?? []).map(({ item: rated, ...rest }) => ({
      item: train.items.id(rated),
      title: items.titles[rated]!,
      ...rest,
    })),
    measured: influence?.measured ?? 0,
    of: influence?.of ?? person.profile.length,
  }
}
