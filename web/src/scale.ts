import { useSyncExternalStore } from 'react'
import { isStars, ratingOf, ratingWords } from '../../src/data/rating-words.ts'
import { api } from './api.ts'

/** The scale of the model's ratings; `step` null where they follow none. */
export interface Scale {
  readonly min: number
  readonly max: number
  readonly step: number | null
}

/** What the page assumes until it knows: half stars. */
export const halfStars: Scale = { min: 0.5, max: 5, step: 0.5 }

/**
 * The stars that can be chosen, five being drawn whatever the scale. Where ratings are stars: half ones, or whole ones where the data
 * has only those. Elsewhere the stars are spread over the scale, halves where it has ten levels or more: of 1 to 10 each half star is one.
 */
export function starValues(scale: Scale): number[] {
  const { min, max, step } = scale
  const whole = isStars(scale) ? step !== null && step >= 1 : step !== null && Math.round((max - min) / step) < 9
  const by = whole ? 1 : 0.5
  return Array.from({ length: 5 / by }, (_, n) => (n + 1) * by).filter((value) => !isStars(scale) || value >= min)
}

/** Stars as the rating that may be sent: an import knows halves where the data knows none. Halves round up. */
export function onScale(stars: number, scale: Scale): number {
  const { min, max, step } = scale
  if (isStars(scale)) {
    const rounded = step !== null && step >= 1 ? Math.round(stars) : stars
    return Math.min(max, Math.max(min, rounded))
  }
  const lowest = starValues(scale)[0]!
  const share = Math.max(0, stars - lowest) / (5 - lowest)
  const exact = min + share * (max - min)
  const rating = step === null ? exact : min + Math.round((exact - min) / step) * step
  return Number(Math.min(max, rating).toFixed(4))
}

/** What stars mean: "4.5 stars", "9 of 10". */
export const starsInWords = (stars: number, scale: Scale): string => ratingWords(onScale(stars, scale), scale)

/** A rating of the server, which is on the data's scale: "4.5 stars", "9 of 10". */
export const ratingInWords = (rating: number, scale: Scale): string => ratingWords(rating, scale)

/** What stands beside stars that are lit: their number, or what they mean where ratings are no stars. */
export const starsBeside = (stars: number, scale: Scale): string =>
  isStars(scale) ? String(stars) : ratingOf(onScale(stars, scale), scale)

/** A predicted or mean rating and what it is out of: ["4.2", ""], ["8.4", "of 10"], ["84", "of 100"]. */
export function figureOf(rating: number, scale: Scale, digits = 1): [figure: string, of: string] {
  const { min, max } = scale
  if (isStars(scale)) return [rating.toFixed(digits), '']
  return [rating.toFixed(max - min >= 50 ? digits - 1 : digits), `of ${min < 0 ? `${min} to ` : ''}${max}`]
}

/** "3.92 stars", "7.84 of 10". */
export function meanInWords(rating: number, scale: Scale): string {
  const [figure, of] = figureOf(rating, scale, 2)
  return `${figure} ${of || 'stars'}`
}

/** What a difference between predicted ratings is counted in. */
export const unitOf = (scale: Scale): string =>
  isStars(scale) ? 'predicted rating, in stars' : `predicted rating, from ${scale.min} to ${scale.max}`

let current = halfStars
let known: Promise<Scale> | null = null
const listeners = new Set<() => void>()

export const currentScale = (): Scale => current

/** Asks once; a failure leaves what is assumed, and the next call asks again. Resolves with the scale in force. */
export function learnScale(ask: () => Promise<Scale>): Promise<Scale> {
  known ??= ask().then(
    (scale) => {
      setScale(scale)
      return scale
    },
    () => {
      known = null
      return current
    },
  )
  return known
}

/** Of the model that answers most. */
export async function serverScale(): Promise<Scale> {
  const { models } = await api.listModels()
  const [first] = models.filter(({ live }) => live).sort((a, b) => b.share - a.share)
  return first?.scale ?? halfStars
}

function setScale(scale: Scale): void {
  if (scale.min === current.min && scale.max === current.max && scale.step === current.step) return
  current = scale
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
export const useScale = (): Scale => useSyncExternalStore(subscribe, currentScale)
