import type { ListName, MovieBrief } from '../profile/document.ts'
import { profile } from '../profile/use-profile.ts'
import { currentScale, starsInWords } from '../scale.ts'
import { namedMovie } from '../title.ts'
import { announce } from './announcer.tsx'
import { toast } from './toast.tsx'

/** What a visitor can do with a movie, each with its Undo. */

const undoAction = { label: 'Undo', run: () => undoOnce() }
const saved = () => {
  if (profile.problem !== null) toast(profile.problem, { kind: 'bad' })
}

export function rateMovie(movie: MovieBrief, rating: number | null, recommendation: string | null = null): void {
  const said = rating === null ? '' : starsInWords(rating, currentScale())
  if (!profile.rate(movie, rating, recommendation, said)) return
  if (rating === null) toast(`Rating of ${namedMovie(movie)} taken back`, { action: undoAction })
  else announce(`Rated ${namedMovie(movie)} ${said}`)
  saved()
}

export function markMovie(
  list: Exclude<ListName, 'ratings'>,
  movie: MovieBrief,
  on: boolean,
  recommendation: string | null = null,
): void {
  if (!profile.mark(list, movie, on, recommendation)) return
  const name = namedMovie(movie)
  const text = {
    watchlist: on ? `${name} is on your watchlist` : `${name} taken off your watchlist`,
    dismissed: on ? `${name} will not be recommended again` : `${name} may be recommended again`,
    watched: on ? `${name} counts as seen` : `${name} no longer counts as seen`,
  }[list]
  toast(text, { action: undoAction })
  saved()
}

export function undoOnce(): void {
  const step = profile.undo()
  toast(step === null ? 'There is nothing to undo' : `Undone: ${step.label}`, {
    action: step === null ? null : { label: 'Redo', run: () => redoOnce() },
  })
}

export function redoOnce(): void {
  const step = profile.redo()
  toast(step === null ? 'There is nothing to redo' : `Done again: ${step.label}`, {
    action: step === null ? null : undoAction,
  })
}
