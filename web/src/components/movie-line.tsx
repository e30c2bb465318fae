import type { ReactNode } from 'react'
import type { MovieBrief } from '../profile/document.ts'
import { Link } from '../router.tsx'
import { spokenTitle } from '../title.ts'
import { MovieArt } from './movie-art.tsx'

/** A movie in a row: small poster, title with link, year and genres, and whatever belongs beside it. */
export function MovieLine({ movie, children, note }: { movie: MovieBrief; children?: ReactNode; note?: ReactNode }) {
  return (
    <article className="line">
      <MovieArt id={movie.id} genres={movie.genres} />
      <div className="line-text">
        <h3 className="line-title">
          <Link href={`/movie/${encodeURIComponent(movie.id)}`}>{spokenTitle(movie.title)}</Link>
        </h3>
        <p className="fine">
          {movie.year !== null && <span>{movie.year}</span>}
          {movie.year !== null && movie.genres.length > 0 && ' · '}
          {movie.genres.slice(0, 3).join(', ')}
        </p>
        {note !== undefined && <p className="fine">{note}</p>}
        {children !== undefined && <div className="line-tools">{children}</div>}
      </div>
    </article>
  )
}
