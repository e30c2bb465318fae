import { useRef } from 'react'
import { Button } from '../../components/button.tsx'
import { useFlip } from '../../components/flip.ts'
import { RecommendationCard } from '../../components/recommendation-card.tsx'
import { Empty, ErrorState, Loading } from '../../components/states.tsx'
import { settings, useProfile } from '../../profile/use-profile.ts'
import { useImpressions } from './use-impressions.ts'
import type { Recommendations } from './use-recommendations.ts'

/** The recommended movies, best first, and how to get more. */
export function ForYou({
  recommendations: { list, state, error, retry },
  onMore,
}: {
  recommendations: Recommendations
  onMore: (() => void) | null
}) {
  const { ratings, watchlist, dismissed } = useProfile()
  const element = useRef<HTMLOListElement>(null)
  const items = (list?.items ?? []).filter(({ item }) => dismissed[item] === undefined)
  const shown = items.map(({ item }) => item).join(' ')
  useFlip(element, shown)
  useImpressions(element, list?.recommendation, shown)
  if (list === null)
    return state === 'failed' ? <ErrorState error={error} onRetry={retry} /> : <Loading label="Choosing movies" />
  return (
    <div className="for-you">
      {state === 'failed' && <ErrorState error={error} onRetry={retry} />}
      {list.note !== null && <p className="note">{list.note}</p>}
      {list.unknown.length > 0 && (
        <p className="note">
          The model does not know {list.unknown.length === 1 ? 'one' : list.unknown.length} of your movies yet; the
          others were used.
        </p>
      )}
      {items.length === 0 && (
        <Empty title="No movie is left">
          <p>{list.note ?? 'The filters leave nothing over.'}</p>
          <Button onClick={() => settings.set({ genres: [], yearFrom: null, yearTo: null })}>Clear filters</Button>
        </Empty>
      )}
      <ol className="recs" ref={element} aria-label="Recommended movies" aria-busy={state === 'loading'}>
        {items.map((entry, i) => (
          <li key={entry.item} data-key={entry.item}>
            <RecommendationCard
              entry={entry}
              recommendation={list.recommendation}
              rating={ratings[entry.item]?.rating ?? null}
              onWatchlist={watchlist[entry.item] !== undefined}
              lead={i === 0}
            />
          </li>
        ))}
      </ol>
      {onMore !== null && items.length > 0 && (
        <Button className="more" busy={state === 'loading'} onClick={onMore}>
          More movies
        </Button>
      )}
    </div>
  )
}
