import './movie.css'
import type { Movie } from '../../api.ts'
import { markMovie, rateMovie } from '../../components/actions.ts'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { LocalStatus } from '../../components/local-status.tsx'
import { MovieArt } from '../../components/movie-art.tsx'
import { MovieLine } from '../../components/movie-line.tsx'
import { StarRating } from '../../components/star-rating.tsx'
import { Empty, ErrorState, Loading } from '../../components/states.tsx'
import { useProfile } from '../../profile/use-profile.ts'
import { Link, useTitle } from '../../router.tsx'
import { meanInWords, useScale } from '../../scale.ts'
import type { Source } from '../../source.ts'
import { namedMovie, plural, spokenTitle } from '../../title.ts'
import { useAsync } from '../../use-async.ts'
import { useSource } from '../../use-source.ts'
import { Place } from './place.tsx'
import { Prediction } from './prediction.tsx'

function LinksOut({ movie }: { movie: Movie }) {
  if (movie.imdb === null && movie.tmdb === null) return null
  return (
    <p className="row movie-links">
      {movie.imdb !== null && (
        <a href={`https://www.imdb.com/title/tt${movie.imdb}/`} rel="noopener noreferrer" target="_blank">
          IMDb <Icon name="out" />
          <span className="visually-hidden">(in a new tab)</span>
        </a>
      )}
      {movie.tmdb !== null && (
        <a href={`https://www.themoviedb.org/movie/${movie.tmdb}`} rel="noopener noreferrer" target="_blank">
          TMDB <Icon name="out" />
          <span className="visually-hidden">(in a new tab)</span>
        </a>
      )}
    </p>
  )
}

function Similar({ id, source }: { id: string; source: Source | null }) {
  const similar = useAsync(async (signal) => (source === null ? [] : source.similar([id], 8, { signal })), [id, source])
  const { ratings } = useProfile()
  if (similar.state === 'failed') return <ErrorState error={similar.error} onRetry={similar.retry} />
  if (similar.value === null)
    return similar.state === 'loading' ? (
      <Loading label="Looking for similar movies" />
    ) : (
      <p className="fine">
        What was downloaded of this model holds nothing to compare movies by, and the server is not asked.
      </p>
    )
  if (similar.value.length === 0) return <p className="fine">This model knows no neighbours of it.</p>
  return (
    <ul className="similar">
      {similar.value.map(({ item, title, year, genres, similarity }) => (
        <li key={item}>
          <MovieLine movie={{ id: item, title, year, genres }} note={`similarity ${similarity.toFixed(2)}`}>
            <StarRating
              label={namedMovie({ title, year })}
              value={ratings[item]?.rating ?? null}
              onRate={(value) => rateMovie({ id: item, title, year, genres }, value)}
            />
          </MovieLine>
        </li>
      ))}
    </ul>
  )
}

function Sheet({ movie, source }: { movie: Movie; source: Source | null }) {
  const { ratings, watchlist, dismissed } = useProfile()
  const name = namedMovie(movie)
  const scale = useScale()
  const listed = watchlist[movie.id] !== undefined
  const hidden = dismissed[movie.id] !== undefined
  useTitle(name)
  return (
    <>
      <header className="movie-head">
        <div className="movie-art">
          <MovieArt id={movie.id} genres={movie.genres} />
        </div>
        <div className="stack">
          <div>
            <h1 className="board movie-board">{spokenTitle(movie.title)}</h1>
            <p className="movie-facts">
              {[movie.year, movie.genres.join(', ')].filter(Boolean).join(' · ')}
              <br />
              <span className="fine">
                {movie.meanRating === null
                  ? 'nobody has rated it yet'
                  : `${meanInWords(movie.meanRating, scale)} on average, ${plural(movie.ratings, 'rating')}`}
              </span>
            </p>
          </div>
          <StarRating
            label={name}
            size="large"
            value={ratings[movie.id]?.rating ?? null}
            onRate={(value) => rateMovie(movie, value)}
          />
          <div className="row">
            <Button aria-pressed={listed} onClick={() => markMovie('watchlist', movie, !listed)}>
              <Icon name="bookmark" filled={listed} />
              {listed ? 'On your watchlist' : 'Watchlist'}
            </Button>
            <Button aria-pressed={hidden} onClick={() => markMovie('dismissed', movie, !hidden)}>
              <Icon name="hide" />
              {hidden ? 'Let it back in' : 'Not interested'}
            </Button>
          </div>
          <LinksOut movie={movie} />
        </div>
      </header>
      <div className="movie-body">
        <section className="panel stack" aria-labelledby="movie-why">
          <h2 id="movie-why">For you</h2>
          <Prediction movie={movie} source={source} />
        </section>
        <section className="panel stack" aria-labelledby="movie-place">
          <h2 id="movie-place">Where it lies</h2>
          <Place id={movie.id} name={spokenTitle(movie.title)} source={source} />
        </section>
        <section className="stack movie-similar" aria-labelledby="movie-similar">
          <h2 id="movie-similar">Similar movies</h2>
          <Similar id={movie.id} source={source} />
        </section>
      </div>
    </>
  )
}

export default function MoviePage({ params }: { params: Record<string, string> }) {
  const id = params.id ?? ''
  const { source, local } = useSource()
  const movie = useAsync(async (signal) => (source === null ? null : source.movie(id, { signal })), [id, source])
  const missing = movie.state === 'failed' && (movie.error as { status?: number }).status === 404
  return (
    <>
      <p className="movie-back">
        <Link href="/discover" className="button button-quiet button-small">
          <Icon name="back" />
          Discover
        </Link>
      </p>
      {local.state !== 'ready' && <LocalStatus />}
      {missing ? (
        <Empty title="There is no such movie">
          <p>
            Nothing is known under the id “{id}”
            {local.state === 'ready' && ' in this browser; the server, which may know it, is not asked'}. Search for it
            in Discover.
          </p>
        </Empty>
      ) : movie.state === 'failed' ? (
        <ErrorState error={movie.error} onRetry={movie.retry} />
      ) : movie.value === null || movie.value.id !== id ? (
        <Loading label="Looking it up" />
      ) : (
        <Sheet movie={movie.value} source={source} />
      )}
    </>
  )
}
