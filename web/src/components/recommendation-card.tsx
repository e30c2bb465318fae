import { memo, useId, useState } from 'react'
import type { Recommendation } from '../api.ts'
import type { MovieBrief } from '../profile/document.ts'
import { Link } from '../router.tsx'
import { figureOf, useScale } from '../scale.ts'
import { namedMovie, spokenReason, spokenTitle } from '../title.ts'
import { markMovie, rateMovie } from './actions.ts'
import { Icon } from './icon.tsx'
import { MovieArt } from './movie-art.tsx'
import { StarRating } from './star-rating.tsx'
import { Why } from './why.tsx'

export interface RecommendationCardProps {
  readonly entry: Recommendation
  /** Id of the list it came in, named in the feedback. */
  readonly recommendation: string
  readonly rating: number | null
  readonly onWatchlist: boolean
  /** The first of the list, shown large. */
  readonly lead: boolean
}

/** A recommended movie: why it is here, and what can be done with it. */
export const RecommendationCard = memo(function RecommendationCard({
  entry,
  recommendation,
  rating,
  onWatchlist,
  lead,
}: RecommendationCardProps) {
  const [open, setOpen] = useState(false)
  const why = useId()
  const scale = useScale()
  const { item, title, year, genres, reason } = entry
  const movie: MovieBrief = { id: item, title, year, genres }
  const name = namedMovie(movie)
  const href = `/movie/${encodeURIComponent(item)}`
  const [figure, of] = entry.rating === null ? ['', ''] : figureOf(entry.rating, scale)
  const words = spokenReason(
    reason.text,
    reason.contributions.map((c) => c.title),
  )
  return (
    <article className={lead ? 'rec rec-lead' : 'rec'} aria-label={name}>
      <Link href={href} className="rec-art" tabIndex={-1} aria-hidden="true">
        <MovieArt id={item} genres={genres} />
      </Link>
      <div className="rec-body">
        <h3 className={lead ? 'board' : 'rec-title'}>
          <Link href={href}>{spokenTitle(title)}</Link>
        </h3>
        <p className="fine">
          {year !== null && `${year} · `}
          {genres.join(', ')}
        </p>
        {entry.rating !== null && (
          <p className="rec-predicted">
            <Icon name="star" filled />
            <strong>{figure}</strong>{' '}
            <span className="fine">
              {of} {reason.kind === 'ratings' ? 'predicted for you' : 'predicted'}
            </span>
          </p>
        )}
        <p className="rec-reason">
          {words}{' '}
          <button
            type="button"
            className="rec-why"
            aria-expanded={open}
            aria-controls={why}
            aria-label={`Why ${name}`}
            onClick={() => setOpen(!open)}
          >
            Why?
          </button>
        </p>
        <div id={why} hidden={!open}>
          {open && <Why reason={reason} rated={entry.rating !== null} />}
        </div>
        <div className="rec-tools">
          <StarRating label={name} value={rating} onRate={(value) => rateMovie(movie, value, recommendation)} />
          <div className="rec-buttons">
            <button
              type="button"
              className="button button-quiet button-small"
              aria-pressed={onWatchlist}
              aria-label={`Watchlist: ${name}`}
              onClick={() => markMovie('watchlist', movie, !onWatchlist, recommendation)}
            >
              <Icon name="bookmark" filled={onWatchlist} />
              Watchlist
            </button>
            <button
              type="button"
              className="button button-quiet button-small"
              aria-label={`Not interested in ${name}`}
              onClick={() => markMovie('dismissed', movie, true, recommendation)}
            >
              <Icon name="hide" />
              Not interested
            </button>
          </div>
        </div>
      </div>
    </article>
  )
})
