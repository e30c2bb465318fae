import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import type { Movie } from '../../api.ts'
import { rateMovie } from '../../components/actions.ts'
import { announce } from '../../components/announcer.tsx'
import { Icon } from '../../components/icon.tsx'
import { MovieArt } from '../../components/movie-art.tsx'
import { MovieLine } from '../../components/movie-line.tsx'
import { StarRating } from '../../components/star-rating.tsx'
import { ErrorState } from '../../components/states.tsx'
import { useProfile } from '../../profile/use-profile.ts'
import { starsInWords, useScale } from '../../scale.ts'
import type { Source } from '../../source.ts'
import { namedMovie, plural, spokenTitle } from '../../title.ts'

const restMs = 140

/** Search as you type (a combobox by the WAI-ARIA pattern); what is chosen can be rated beneath. */
export function Search({ source }: { source: Source | null }) {
  const base = useId()
  const { ratings } = useProfile()
  const scale = useScale()
  const [query, setQuery] = useState('')
  const [found, setFound] = useState<readonly Movie[]>([])
  const [asked, setAsked] = useState('')
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const [error, setError] = useState<unknown>(null)
  const [chosen, setChosen] = useState<Movie | null>(null)
  const input = useRef<HTMLInputElement>(null)
  const result = useRef<HTMLDivElement>(null)
  /** Enter was pressed before the answer to what is typed came. */
  const entered = useRef(false)
  const [attempt, setAttempt] = useState(0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` asks the same again
  useEffect(() => {
    const text = query.trim()
    if (text === '' || source === null) {
      setFound([])
      setAsked('')
      setError(null)
      return
    }
    const controller = new AbortController()
    const timer = setTimeout(() => {
      source.search(text, { signal: controller.signal }).then(
        (movies) => {
          if (controller.signal.aborted) return
          setFound(movies)
          setAsked(text)
          setError(null)
          setActive(movies.length > 0 ? 0 : -1)
          if (entered.current && movies[0] !== undefined) choose(movies[0])
          entered.current = false
          announce(movies.length === 0 ? `No movie found for ${text}` : `${plural(movies.length, 'movie')} found`)
        },
        (failure: unknown) => {
          if (controller.signal.aborted) return
          entered.current = false
          setError(failure)
        },
      )
    }, restMs)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [query, source, attempt])

  const shown = open && asked !== '' && query.trim() !== ''
  const underWay = query.trim() !== asked
  const choose = (movie: Movie) => {
    setChosen(movie)
    setOpen(false)
    setQuery('')
    // The chosen movie's stars are where the keyboard goes on.
    requestAnimationFrame(() => result.current?.querySelector<HTMLElement>('input[type=radio]')?.focus())
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      if (found.length > 0) setActive((at) => (at + (event.key === 'ArrowDown' ? 1 : -1) + found.length) % found.length)
    } else if (event.key === 'Enter') {
      // The movies shown answer what was typed before: the first of them may be quite another.
      if (underWay) {
        event.preventDefault()
        entered.current = true
        return
      }
      const movie = found[active]
      if (shown && movie !== undefined) {
        event.preventDefault()
        choose(movie)
      }
    } else if (event.key === 'Escape') {
      if (open) setOpen(false)
      else setQuery('')
    }
  }
  return (
    <search className="finder">
      <label className="field-label" htmlFor={`${base}-input`}>
        Find a movie you have seen
      </label>
      <div className="finder-box">
        <Icon name="search" />
        <input
          ref={input}
          id={`${base}-input`}
          className="input finder-input"
          type="text"
          role="combobox"
          autoComplete="off"
          spellCheck={false}
          aria-autocomplete="list"
          aria-expanded={shown}
          aria-controls={`${base}-list`}
          aria-activedescendant={shown && active >= 0 ? `${base}-${active}` : undefined}
          placeholder="Title; typing errors are forgiven"
          value={query}
          onChange={(event) => {
            entered.current = false
            setQuery(event.target.value)
            setOpen(true)
          }}
          onFocus={() => setOpen(true)}
          onBlur={() => {
            entered.current = false
            setOpen(false)
          }}
          onKeyDown={onKey}
        />
        <div
          id={`${base}-list`}
          role="listbox"
          tabIndex={-1}
          aria-label="Movies found"
          aria-busy={underWay}
          className="finder-list"
          hidden={!shown}
        >
          {found.map((movie, i) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard stays in the field, which moves and chooses
            <div
              key={movie.id}
              id={`${base}-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === active}
              className="finder-option"
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(movie)}
              // Not on entering: a list that opens under a resting mouse would choose what Enter takes.
              onMouseMove={() => setActive(i)}
            >
              <MovieArt id={movie.id} genres={movie.genres} />
              <span>
                {spokenTitle(movie.title)} <span className="fine">{movie.year}</span>
              </span>
              {ratings[movie.id] !== undefined && (
                <span className="fine">rated {starsInWords(ratings[movie.id]!.rating!, scale)}</span>
              )}
            </div>
          ))}
          {shown && found.length === 0 && (
            <div role="option" tabIndex={-1} aria-selected="false" aria-disabled="true" className="finder-none">
              No movie found for “{asked}”
            </div>
          )}
        </div>
      </div>
      {error !== null && query !== '' && <ErrorState error={error} onRetry={() => setAttempt((n) => n + 1)} />}
      {chosen !== null && (
        <div className="finder-chosen panel" ref={result}>
          <MovieLine movie={chosen}>
            <StarRating
              label={namedMovie(chosen)}
              size="large"
              value={ratings[chosen.id]?.rating ?? null}
              onRate={(value) => rateMovie(chosen, value)}
            />
          </MovieLine>
        </div>
      )}
    </search>
  )
}
