import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Empty, ErrorState, Loading } from '../../components/states.tsx'
import { Link } from '../../router.tsx'
import type { Source } from '../../source.ts'
import { spokenWithYear } from '../../title.ts'
import { useAsync } from '../../use-async.ts'
import { MarkSign } from './legend.tsx'
import type { MapData } from './map-data.ts'

/** Most movies of a selection that stand for it: the best known. More say little and slow the answer. */
export const profileSize = 50
const listed = 30

type Way = 'liked' | 'similar'

/** The movies of the lasso, and what the model recommends to somebody who likes them. */
export function Selection({
  data,
  source,
  model,
  points,
  onSelect,
  onGo,
}: {
  data: MapData
  source: Source
  model: string
  points: readonly number[]
  onSelect: (points: readonly number[]) => void
  onGo: (point: number) => void
}) {
  const [way, setWay] = useState<Way>('liked')
  if (points.length === 0) {
    return (
      <Empty title="No movie is selected">
        <p>
          Choose the lasso and draw around a group (or drag with Shift), or select movies in the list “In view”. Then
          you get recommendations from the group.
        </p>
      </Empty>
    )
  }
  return (
    <div className="stack map-panel">
      <div className="row">
        <p data-testid="selection-count">
          <strong>{points.length.toLocaleString('en')}</strong> {points.length === 1 ? 'movie' : 'movies'} selected
        </p>
        <Button kind="quiet" className="button-small" onClick={() => onSelect([])}>
          Clear
        </Button>
      </div>
      <details className="map-selected">
        <summary>The movies of the selection</summary>
        <ul className="map-list" aria-label="Selected movies">
          {points.slice(0, listed).map((point) => (
            <li key={point}>
              <MarkSign data={data} genre={data.points.genre[point]!} />
              <button type="button" className="map-title" onClick={() => onGo(point)}>
                {data.titles[point]}
              </button>
              <button
                type="button"
                className="toast-close"
                aria-label={`Take ${data.titles[point]} out`}
                onClick={() => onSelect(points.filter((one) => one !== point))}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
        {points.length > listed && <p className="fine">and {(points.length - listed).toLocaleString('en')} more</p>}
      </details>
      <fieldset className="row">
        <legend className="visually-hidden">What to find</legend>
        <button type="button" className="chip" aria-pressed={way === 'liked'} onClick={() => setWay('liked')}>
          Recommended
        </button>
        <button type="button" className="chip" aria-pressed={way === 'similar'} onClick={() => setWay('similar')}>
          Most similar
        </button>
      </fieldset>
      <Found data={data} source={source} model={model} points={points} way={way} onGo={onGo} />
    </div>
  )
}

interface Entry {
  readonly item: string
  readonly title: string
  readonly figure: string
}

function Found({
  data,
  source,
  model,
  points,
  way,
  onGo,
}: {
  data: MapData
  source: Source
  model: string
  points: readonly number[]
  way: Way
  onGo: (point: number) => void
}) {
  const items = points.slice(0, profileSize).map((point) => data.ids[point]!)
  const key = items.join(',')
  const { value, state, error, retry } = useAsync(
    async (signal): Promise<{ entries: Entry[]; most: number | null; note: string | null }> => {
      if (way === 'similar') {
        const near = await source.similar(items, 15, { signal, model })
        const entries = (near ?? []).map(({ item, title, similarity }) => ({
          item,
          title: spokenWithYear(title),
          figure: similarity.toFixed(2),
        }))
        return { entries, most: null, note: near === null ? 'What was downloaded of this model cannot say.' : null }
      }
      const { list, most } = await source.liked(items, 15, { signal, model })
      const entries = list.items.map(({ item, title, rating, score }) => ({
        item,
        title: spokenWithYear(title),
        figure: (rating ?? score).toFixed(2),
      }))
      return { entries, most, note: list.note }
    },
    [key, way, model, source],
  )
  const used = items.length < points.length ? `the ${items.length} best known of these movies` : 'these movies'
  return (
    <section
      className="stack"
      aria-label={way === 'liked' ? 'Recommended from the selection' : 'Most similar to the selection'}
    >
      <p className="fine">
        {way === 'liked'
          ? `What the model recommends to somebody who rated ${used} ${value?.most ?? 5} and nothing else, with the ratings it expects. Your own ratings are not used.`
          : `The movies whose vectors are nearest (by cosine) to the mean of ${used}.`}
      </p>
      {state === 'loading' && value === null && <Loading label="Asking the model" />}
      {state === 'failed' && <ErrorState error={error} onRetry={retry} />}
      {value !== null && state !== 'failed' && (
        <ol className="map-list map-found" aria-label="Found" aria-busy={state === 'loading'} data-testid="found">
          {value.entries.map(({ item, title, figure }) => {
            const point = data.ids.indexOf(item)
            return (
              <li key={item} data-item={item}>
                <span className="map-figure">{figure}</span>
                <Link href={`/movie/${encodeURIComponent(item)}`}>{title}</Link>
                {point >= 0 && (
                  <button
                    type="button"
                    className="chip map-add"
                    onClick={() => onGo(point)}
                    aria-label={`Show ${title} on the map`}
                  >
                    Show
                  </button>
                )}
              </li>
            )
          })}
        </ol>
      )}
      {value?.note && <p className="fine">{value.note}</p>}
    </section>
  )
}
