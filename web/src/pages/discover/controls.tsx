import { useId } from 'react'
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
  const setYear = (name: 'yearFrom' | 'yearTo', text: string) => {
    const year = Number.parseInt(text, 10)
    settings.set({ [name]: year >= 1800 && year <= 2200 ? year : null })
  }
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
              <input
                id={`${base}-${name}`}
                className="input controls-year"
                type="number"
                inputMode="numeric"
                min={1870}
                max={2200}
                placeholder="any"
                defaultValue={chosen[name] ?? ''}
                key={`${name} ${chosen[name] === null}`}
                onChange={(event) => setYear(name, event.target.value)}
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
