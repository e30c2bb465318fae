import { useEffect, useState } from 'react'
import { rateMovie } from '../../components/actions.ts'
import { Icon } from '../../components/icon.tsx'
import { MovieLine } from '../../components/movie-line.tsx'
import { StarRating } from '../../components/star-rating.tsx'
import { ErrorState, Loading } from '../../components/states.tsx'
import { useProfile } from '../../profile/use-profile.ts'
import type { Pick, Source } from '../../source.ts'
import { namedMovie } from '../../title.ts'
import { useAsync } from '../../use-async.ts'

/** Picks shown at a time. */
const shown = 6

/**
 * Movies whose rating tells most. A batch is asked for once and used up; a new one comes when it runs low, so that the
 * list does not jump with every rating. One that was just rated stays until the next is asked for.
 */
export function FirstPicks({ source }: { source: Source | null }) {
  const { ratings, dismissed, watched } = useProfile()
  const [skipped, setSkipped] = useState<ReadonlySet<string>>(new Set())
  const [batch, setBatch] = useState(0)
  const [picks, setPicks] = useState<readonly Pick[]>([])
  const answer = useAsync(
    async (signal) => {
      if (source === null) return [] as readonly Pick[]
      const known = [...Object.keys(ratings), ...Object.keys(dismissed), ...Object.keys(watched), ...skipped]
      return source.firstPicks(known, 30, { signal })
    },
    [source, batch],
  )
  useEffect(() => {
    if (answer.state === 'ready') setPicks(answer.value)
  }, [answer])
  const [done, setDone] = useState<ReadonlySet<string>>(() => new Set(Object.keys(ratings)))
  const open = picks.filter(
    ({ id }) => !done.has(id) && !skipped.has(id) && dismissed[id] === undefined && watched[id] === undefined,
  )
  const visible = open.slice(0, shown)
  const low = answer.state === 'ready' && picks.length > 0 && open.length < shown
  useEffect(() => {
    if (low && picks.length === 30) setBatch((n) => n + 1)
  }, [low, picks.length])
  const next = () => {
    setDone(new Set(Object.keys(ratings)))
    setSkipped(new Set([...skipped, ...visible.map(({ id }) => id).filter((id) => ratings[id] === undefined)]))
  }
  if (answer.state === 'failed' && visible.length === 0)
    return <ErrorState error={answer.error} onRetry={answer.retry} />
  if (visible.length === 0) {
    return answer.state === 'loading' || source === null ? (
      <Loading label="Looking for good first picks" />
    ) : (
      <p className="fine">No more picks: you have said something of all of them.</p>
    )
  }
  return (
    <>
      <ul className="picks">
        {visible.map((movie) => (
          <li key={movie.id}>
            <MovieLine movie={movie}>
              <StarRating
                label={namedMovie(movie)}
                value={ratings[movie.id]?.rating ?? null}
                onRate={(value) => rateMovie(movie, value)}
              />
              {ratings[movie.id] === undefined && (
                <button
                  type="button"
                  className="stars-clear"
                  aria-label={`Skip ${namedMovie(movie)}`}
                  title="Not seen: show another"
                  onClick={() => setSkipped(new Set([...skipped, movie.id]))}
                >
                  <Icon name="close" />
                </button>
              )}
            </MovieLine>
          </li>
        ))}
      </ul>
      <button type="button" className="button button-small" onClick={next}>
        Show others
      </button>
    </>
  )
}
