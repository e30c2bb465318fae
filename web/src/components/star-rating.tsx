import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { starsBeside, starsInWords, starValues, useScale } from '../scale.ts'
import { Icon } from './icon.tsx'

export interface StarRatingProps {
  /** What is rated, for screen readers: "Alien (1979)". */
  readonly label: string
  /** 0.5 to 5, or null without a rating. */
  readonly value: number | null
  readonly onRate: (value: number | null) => void
  readonly size?: 'small' | 'large'
}

/** How long the arrow keys must rest before what they chose counts: each press alone would be a rating. */
const restMs = 900

/**
 * A radio group of five stars, in halves or whole, said on the scale of the data. Pointer and screen reader choose at once; arrow keys choose when they come to rest,
 * on Enter or Space, or when the focus leaves.
 */
export function StarRating({ label, value, onRate, size = 'small' }: StarRatingProps) {
  const name = useId()
  const byKey = useRef(false)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const [pending, setPending] = useState<number | null>(null)
  const [hover, setHover] = useState<number | null>(null)
  useEffect(() => () => clearTimeout(timer.current), [])
  const settle = (chosen: number | null) => {
    clearTimeout(timer.current)
    setPending(null)
    setHover(null)
    if (chosen !== null) onRate(chosen)
  }
  const scale = useScale()
  const values = useMemo(() => starValues(scale), [scale])
  const halves = values.some((v) => v % 1 !== 0)
  const chosen = pending ?? value
  const shown = hover ?? chosen ?? 0
  return (
    <div className={`stars stars-${size}`}>
      <fieldset
        className="stars-group"
        onMouseLeave={() => setHover(null)}
        onKeyDown={(event) => {
          if (event.key.startsWith('Arrow')) byKey.current = true
          if (event.key === 'Enter' || event.key === ' ') {
            event.preventDefault()
            settle(pending)
          }
          if (event.key === 'Escape' && pending !== null) settle(null)
          if ((event.key === 'Delete' || event.key === 'Backspace') && value !== null) {
            settle(null)
            onRate(null)
          }
        }}
        onBlur={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget) && pending !== null) settle(pending)
        }}
      >
        <legend className="visually-hidden">Your rating of {label}</legend>
        {values.map((v) => (
          <label
            key={v}
            className={`half ${!halves ? 'half-whole' : v % 1 === 0 ? 'half-right' : 'half-left'} ${v <= shown ? 'half-lit' : ''}`}
            title={starsInWords(v, scale)}
            onMouseEnter={() => setHover(v)}
          >
            <input
              type="radio"
              className="visually-hidden"
              name={name}
              value={v}
              checked={chosen === v}
              aria-label={starsInWords(v, scale)}
              onChange={() => {
                const keyed = byKey.current
                byKey.current = false
                if (!keyed) return settle(v)
                setPending(v)
                clearTimeout(timer.current)
                timer.current = setTimeout(() => settle(v), restMs)
              }}
            />
          </label>
        ))}
      </fieldset>
      {value !== null && (
        <>
          <span className="stars-value" aria-hidden="true">
            {starsBeside(value, scale)}
          </span>
          <button
            type="button"
            className="stars-clear"
            aria-label={`Take back your rating of ${label}`}
            title="Take back"
            onClick={() => onRate(null)}
          >
            <Icon name="close" />
          </button>
        </>
      )}
    </div>
  )
}
