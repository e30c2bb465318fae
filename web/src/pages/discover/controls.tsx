import { useId, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Slider } from '../../components/slider.tsx'
import { settings, useSettings } from '../../profile/use-profile.ts'
import type { Source } from '../../source.ts'
import { useAsync } from '../../use-async.ts'

const none = '(no genres listed)'
const degree = (value: number) =>
  value === 0 ? 'off' : value < 0.35 ? `a little (${Math.round(value * 100)}%)` : `${Math.round(value * 100)}%`

/** Diversity, popularity penalty, and filters by genre and year. */
export function Controls({ source }: { source: Source | null }) {
  const chosen = useSettings()
  const base = useId()
  const genres = useAsync(async (signal) => (source === null ? [] : source.genres({ signal })), [source])
  const toggle = (genre: string) =>
    settings.set({
      genres: chosen.genres.includes(genre) ? chosen.genres.filter((g) => g !== genre) : [...chosen.genres, genre],
    })
  const filtered = chosen.genres.length > 0 || chosen.yearFrom !== null || chosen.yearTo !== null
  return (
    <div className="controls">
      <Slider
        label="Diversity"
        value={chosen.diversity}
        format={degree}
        ends={['best first', 'unlike each other']}
        onChange={(diversity) => settings.set({ diversity })}
      />
      <Slider
        label="Popularity penalty"
        value={chosen.popularityPenalty}
        format={degree}
        ends={['well known welcome', 'little known first']}
        onChange={(popularityPenalty) => settings.set({ popularityPenalty })}
      />
      <fieldset className="controls-genres">
        <legend className="field-label">
          Genres: {chosen.genres.length === 0 ? 'any' : chosen.genres.join(' or ')}
        </legend>
        <div className="chips">
          {(genres.value ?? [])
            .filter(({ genre }) => genre !== none)
            .map(({ genre }) => (
              <button
                key={genre}
                type="button"
                className="chip"
                aria-pressed={chosen.genres.includes(genre)}
                onClick={() => toggle(genre)}
              >
                {genre}
              </button>
            ))}
        </div>
      </fieldset>
      <fieldset className="controls-years">
        <legend className="field-label">Years</legend>
        <div className="row">
          {(['yearFrom', 'yearTo'] as const).map((name) => (
            <div key={name}>
              <label className="fine" htmlFor={`${base}-${name}`}>
                {name === 'yearFrom' ? 'from' : 'to'}
              </label>{' '}
              <YearInput
                id={`${base}-${name}`}
                year={chosen[name]}
                onChange={(year) => settings.set({ [name]: year })}
              />
            </div>
          ))}
          {filtered && (
            <Button
              kind="quiet"
              className="button-small"
              onClick={() => settings.set({ genres: [], yearFrom: null, yearTo: null })}
            >
              Clear filters
            </Button>
          )}
        </div>
      </fieldset>
    </div>
  )
}

/** The year that is typed; null while it is none. */
function yearOf(text: string): number | null {
  const year = Number.parseInt(text, 10)
  return year >= 1800 && year <= 2200 ? year : null
}

function YearInput({
  id,
  year,
  onChange,
}: {
  id: string
  year: number | null
  onChange: (year: number | null) => void
}) {
  const [text, setText] = useState(year === null ? '' : String(year))
  // A year half typed is no year yet, and stays: only a year that came from elsewhere, as by "Clear filters", takes its place.
  const [told, setTold] = useState(year)
  if (year !== told) {
    setTold(year)
    if (year !== yearOf(text)) setText(year === null ? '' : String(year))
  }
  return (
    <input
      id={id}
      className="input controls-year"
      type="number"
      inputMode="numeric"
      min={1870}
      max={2200}
      placeholder="any"
      value={text}
      onChange={(event) => {
        setText(event.target.value)
        onChange(yearOf(event.target.value))
      }}
    />
  )
}
