import { Button } from '../../components/button.tsx'
import { MarkSign } from './legend.tsx'
import type { MapData } from './map-data.ts'

/** The movies that the map shows now, the best known first: the map for those who do not see it or use no mouse. */
export function InView({
  data,
  points,
  more,
  selected,
  onGo,
  onSelect,
}: {
  data: MapData
  points: readonly number[]
  more: boolean
  selected: readonly number[]
  onGo: (point: number) => void
  onSelect: (points: readonly number[]) => void
}) {
  if (points.length === 0) return <p className="fine">No movie of the genres shown lies here.</p>
  const chosen = new Set(selected)
  return (
    <div className="stack map-panel">
      <div className="row">
        <p className="fine" data-testid="in-view-count">
          {more ? `The ${points.length} best known of those in view` : `${points.length} in view`}
        </p>
        {!more && (
          <Button kind="quiet" className="button-small" onClick={() => onSelect(points)}>
            Select all
          </Button>
        )}
      </div>
      <ol className="map-list" aria-label="Movies in view">
        {points.map((point) => (
          <li key={point}>
            <MarkSign data={data} genre={data.points.genre[point]!} />
            <button type="button" className="map-title" onClick={() => onGo(point)}>
              {data.titles[point]}
              <span className="visually-hidden">, {data.genres[data.points.genre[point]!]}, show on the map</span>
            </button>
            <button
              type="button"
              className="chip map-add"
              aria-pressed={chosen.has(point)}
              aria-label={`Select ${data.titles[point]}`}
              onClick={() =>
                onSelect(chosen.has(point) ? selected.filter((one) => one !== point) : [...selected, point])
              }
            >
              {chosen.has(point) ? 'Selected' : 'Select'}
            </button>
          </li>
        ))}
      </ol>
    </div>
  )
}
