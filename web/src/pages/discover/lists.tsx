import { markMovie, rateMovie } from '../../components/actions.ts'
import { Icon } from '../../components/icon.tsx'
import { MovieLine } from '../../components/movie-line.tsx'
import { StarRating } from '../../components/star-rating.tsx'
import { Empty } from '../../components/states.tsx'
import { type Entry, type ListName, newestFirst } from '../../profile/document.ts'
import { useProfile } from '../../profile/use-profile.ts'
import { namedMovie } from '../../title.ts'

const empty: Record<ListName, readonly [title: string, text: string]> = {
  ratings: [
    'You have rated nothing yet',
    'Find a movie you have seen, or take one of the first picks, and give it stars.',
  ],
  watchlist: ['Your watchlist is empty', 'Watchlist on a recommendation keeps it here.'],
  dismissed: ['Nothing is set aside', 'What you are not interested in stands here, and can be let back in.'],
  watched: ['Nothing here', 'Movies you saw but did not rate stand here: an import brings them.'],
}

function Tools({ list, entry }: { list: ListName; entry: Entry }) {
  const { ratings } = useProfile()
  const { movie } = entry
  const name = namedMovie(movie)
  return (
    <>
      <StarRating label={name} value={ratings[movie.id]?.rating ?? null} onRate={(value) => rateMovie(movie, value)} />
      {list !== 'ratings' && (
        <button
          type="button"
          className="button button-quiet button-small"
          aria-label={list === 'dismissed' ? `Let back in: ${name}` : `Remove ${name}`}
          onClick={() => markMovie(list, movie, false)}
        >
          <Icon name={list === 'dismissed' ? 'undo' : 'close'} />
          {list === 'dismissed' ? 'Let back in' : 'Remove'}
        </button>
      )}
    </>
  )
}

/** One of the visitor's lists, newest first. */
export function KeptList({ list }: { list: ListName }) {
  const entries = newestFirst(useProfile()[list])
  if (entries.length === 0) {
    return (
      <Empty title={empty[list][0]}>
        <p>{empty[list][1]}</p>
      </Empty>
    )
  }
  return (
    <ul className="kept">
      {entries.map((entry) => (
        <li key={entry.movie.id}>
          <MovieLine movie={entry.movie}>
            <Tools list={list} entry={entry} />
          </MovieLine>
        </li>
      ))}
    </ul>
  )
}
