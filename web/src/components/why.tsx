import type { Reason } from '../api.ts'
import { ratingInWords, unitOf, useScale } from '../scale.ts'
import { spokenTitle } from '../title.ts'

export interface Moved {
  readonly item: string
  readonly title: string
  readonly rating: number
  readonly difference: number
}

const signed = (value: number) =>
  `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(value !== 0 && Math.abs(value) < 0.01 ? 4 : 2)}`

/** Ratings that moved a prediction as bars to both sides of nought; the figures stand beside them. */
export function MovedBars({ moved, unit }: { moved: readonly Moved[]; unit: string }) {
  const scale = useScale()
  const most = Math.max(1e-9, ...moved.map(({ difference }) => Math.abs(difference)))
  return (
    <ul className="moved" aria-label={`Your ratings and how far each moved the ${unit}`}>
      {moved.map(({ item, title, rating, difference }) => (
        <li key={item}>
          <span className="moved-name">
            {spokenTitle(title)} <span className="fine">you: {ratingInWords(rating, scale)}</span>
          </span>
          <svg className="moved-bar" viewBox="-50 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <path className="moved-zero" d="M0 0V10" />
            <rect
              className={difference < 0 ? 'moved-down' : 'moved-up'}
              x={difference < 0 ? (difference / most) * 48 : 0}
              y="1.5"
              width={(Math.abs(difference) / most) * 48}
              height="7"
              rx="1.5"
            />
          </svg>
          <span className="moved-figure">{signed(difference)}</span>
        </li>
      ))}
    </ul>
  )
}

const methods = {
  'left-out': 'Measured: each rating was left out and the prediction made again; the figure is what it had added.',
  decomposed:
    'Measured: the prediction taken apart into what each of your ratings adds, which is exact for this model.',
}

/** Attention and strength, in words, where the model has them. */
export function ModelWeights({ reason }: { reason: Pick<Reason, 'attention' | 'strength'> }) {
  if (reason.attention === null && reason.strength === null) return null
  return (
    <p className="fine">
      {reason.attention !== null &&
        `Attention: ${Math.round(reason.attention.user * 100)}% on you, ${Math.round(reason.attention.item * 100)}% on the movie. `}
      {reason.strength !== null && `Strength of the explanation: ${Math.round(reason.strength * 100)}%.`}
    </p>
  )
}

/** A reason with its measured weights. */
export function Why({ reason, rated }: { reason: Reason; rated: boolean }) {
  const scale = useScale()
  return (
    <div className="why">
      {reason.fallback !== null && (
        <p>
          Not personal yet: {reason.fallback.to}, because {reason.fallback.because}.
        </p>
      )}
      {reason.contributions.length > 0 && (
        <MovedBars moved={reason.contributions} unit={rated ? unitOf(scale) : 'score'} />
      )}
      {reason.method !== null && <p className="fine">{methods[reason.method]}</p>}
      <ModelWeights reason={reason} />
    </div>
  )
}
