import type { Movie } from '../../api.ts'
import { Icon } from '../../components/icon.tsx'
import { ErrorState, Loading } from '../../components/states.tsx'
import { ModelWeights, type Moved, MovedBars } from '../../components/why.tsx'
import { outbox, sharing, useProfile } from '../../profile/use-profile.ts'
import { Link } from '../../router.tsx'
import { figureOf, learnScale, ratingInWords, type Scale, starsInWords, unitOf, useScale } from '../../scale.ts'
import { postedProfile, type Source } from '../../source.ts'
import { plural, spokenReason, spokenTitle } from '../../title.ts'
import { useAsync } from '../../use-async.ts'

/** "Your 4.5 stars for Toy Story and 5 stars for The Matrix speak for it; your 2 stars for Titanic speak against it." */
export function inPlainWords(moved: readonly Moved[], scale: Scale): string {
  const name = ({ rating, title }: Moved) => `${ratingInWords(rating, scale)} for ${spokenTitle(title)}`
  const say = (some: readonly Moved[], which: string) => {
    const said = some.map(name)
    const several = some.length > 1 || /^[\d.]+ stars /.test(said[0] ?? '')
    return some.length === 0 ? [] : [`${said.join(' and ')} ${several ? 'speak' : 'speaks'} ${which} it`]
  }
  const strongest = [...moved].sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference))
  const parts = [
    ...say(strongest.filter(({ difference }) => difference > 0).slice(0, 2), 'for'),
    ...say(strongest.filter(({ difference }) => difference < 0).slice(0, 2), 'against'),
  ]
  return parts.length === 0
    ? 'None of your ratings moves it: it is what people think of the movie.'
    : `Your ${parts.join('; your ')}.`
}

/** What the model predicts for the visitor, and the ratings that moved it. A rating of the movie itself is left out. */
export function Prediction({ movie, source }: { movie: Movie; source: Source | null }) {
  const lists = useProfile()
  const scale = useScale()
  const profile = postedProfile(lists, scale, movie.id)
  const key = JSON.stringify(profile)
  const answer = useAsync(
    async (signal) => {
      if (source === null || profile.length === 0) return null
      // Ratings on a scale that is only assumed would be refused or misread. Where it is another, `key` changes, and this run ends.
      await learnScale(source.scale)
      signal.throwIfAborted()
      return source.explain(profile, movie.id, 8, { signal, visitor: sharing() ? outbox.knownVisitor() : null })
    },
    [key, movie.id, source],
  )
  if (profile.length === 0) {
    return (
      <p>
        Rate a few other movies, and this says what you would give it, and why.{' '}
        <Link href="/discover">Good first picks</Link>
      </p>
    )
  }
  if (answer.state === 'failed') return <ErrorState error={answer.error} onRetry={answer.retry} />
  const told = answer.value
  if (told === null)
    return answer.state === 'loading' ? (
      <Loading label="Asking the model" />
    ) : (
      <p>The model in this browser recommends, but does not explain single movies. The server’s does.</p>
    )
  const own = lists.ratings[movie.id]?.rating ?? null
  const [figure, of] = told.rating === null ? ['', ''] : figureOf(told.rating, scale)
  const moved = told.ratings.filter(({ difference }) => Math.abs(difference) >= 0.00005)
  return (
    <div className="stack" aria-busy={answer.state === 'loading'}>
      <p className="prediction">
        {told.rating === null ? (
          <span>This model ranks movies and predicts no ratings; its score here is {told.score.toPrecision(3)}.</span>
        ) : (
          <>
            <Icon name="star" filled />
            <strong>{figure}</strong>
            <span>
              {of} predicted from your other ratings
              {own !== null && <span className="fine"> · you gave it {starsInWords(own, scale)}</span>}
            </span>
          </>
        )}
      </p>
      <p>{inPlainWords(moved, scale)}</p>
      {moved.length > 0 && (
        <>
          <h3>What moved it</h3>
          <MovedBars moved={moved} unit={told.rating === null ? 'score' : unitOf(scale)} />
          <p className="fine">
            Measured on{' '}
            {told.measured === told.of ? plural(told.of, 'rating') : `${told.measured} of ${plural(told.of, 'rating')}`}{' '}
            of yours: how far the prediction moves when that one is left out.
          </p>
        </>
      )}
      <ModelWeights reason={told} />
      <details>
        <summary>In full, with figures</summary>
        <p className="fine">{spokenReason(told.text, [told.title, ...told.ratings.map(({ title }) => title)])}</p>
      </details>
    </div>
  )
}
