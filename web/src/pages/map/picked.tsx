import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Link } from '../../router.tsx'
import { MarkSign } from './legend.tsx'
import type { MapData } from './map-data.ts'

/** The movie clicked, tapped or flown to. */
export function Picked({
  data,
  point,
  selected,
  onSelect,
  onClose,
}: {
  data: MapData
  point: number
  selected: boolean
  onSelect: (on: boolean) => void
  onClose: () => void
}) {
  const genre = data.points.genre[point]!
  const ratings = data.points.ratings[point]!
  return (
    <section className="map-picked panel" aria-label="Picked movie" data-testid="picked">
      <div>
        <h2>{data.titles[point]}</h2>
        <p className="fine">
          <MarkSign data={data} genre={genre} /> {data.genres[genre]}, {ratings.toLocaleString('en')}{' '}
          {ratings === 1 ? 'rating' : 'ratings'}
        </p>
      </div>
      <div className="row">
        <Link className="button button-small" href={`/movie/${encodeURIComponent(data.ids[point]!)}`}>
          Open
        </Link>
        <Button className="button-small" aria-pressed={selected} onClick={() => onSelect(!selected)}>
          {selected ? 'Take out of the selection' : 'Add to the selection'}
        </Button>
      </div>
      <button type="button" className="toast-close map-close" aria-label="Close" onClick={onClose}>
        <Icon name="close" />
      </button>
    </section>
  )
}
