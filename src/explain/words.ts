import type { RatingScale } from '../data/interactions.ts'
import { isStars, ratingOf } from '../data/rating-words.ts'
import type { Explanation } from './explain.ts'

/** An explanation in sentences, one per line, each ending with a newline; titles are the caller's, `scale` is that of the ratings. */
export function inWords(explanation: Explanation, title: (item: number) => string, scale: RatingScale): string {
  const { model, item, rating, score, strength, attention, shapley, influence } = explanation
  const lines: string[] = []
  lines.push(
    rating === null
      ? `${model} gives ${title(item)} a score of ${score.toPrecision(4)}; it predicts no rating.`
      : `${model} predicts ${rating.toFixed(2)} for ${title(item)}, on a scale from ${scale.min} to ${scale.max}.`,
  )
  if (strength !== null) lines.push(`Strength of the recommendation: ${strength.toFixed(2)} of 1.`)
  if (attention) {
    lines.push(
      `Attention: ${percent(attention.user)} on the user's preferences, ${percent(attention.item)} on the movie's characteristics.`,
    )
  } else lines.push('This model has no attention, so there are no attention weights to show.')
  const unit = rating !== null && isStars(scale) ? ' of a star' : ''
  lines.push(
    `Measured: knowing the user moves the prediction by ${signed(shapley.user)}${unit}, knowing the movie by ` +
      `${signed(shapley.item)} (from ${shapley.none.toFixed(2)} for an unknown user and ${
        shapley.reference === 'unknown' ? 'an unknown movie' : 'the average movie'
      }; two-player Shapley value).`,
  )
  if (!influence) lines.push('This model cannot take profiles, so the effect of single ratings cannot be measured.')
  else if (influence.of === 0) lines.push('There are no ratings of the user to explain it with.')
  else lines.push(...ratingLines(influence, title, scale))
  return `${lines.join('\n')}\n`
}

function ratingLines(
  influence: NonNullable<Explanation['influence']>,
  title: (item: number) => string,
  scale: RatingScale,
): string[] {
  const { folded, ratings, measured, of, chosen } = influence
  const which = {
    all: `Each of the ${of} ratings`,
    nearest: `Of the ${of} ratings those of the ${measured} movies most similar to this one, each`,
    'every-nth': `Of the ${of} ratings ${measured}, evenly chosen, each`,
  }[chosen]
  const lines = [
    `${which} was left out in turn and the rest folded in again; with all of them the prediction is ` +
      `${folded.toFixed(2)}. What moved it most:`,
  ]
  for (const { item, rating, without, difference } of ratings) {
    const rated = `${title(item)}, rated ${ratingOf(rating, scale)}`
    lines.push(`  ${signed(difference)}  ${rated} (without it: ${without.toFixed(2)})`)
  }
  return lines
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

const signed = (x: number): string => `${x < 0 ? '-' : '+'}${Math.abs(x).toFixed(3)}`
