import { type MapData, markColours } from './map-data.ts'
import { outline } from './marks.ts'

/** How a genre is drawn, as on the map. */
export function MarkSign({ data, genre }: { data: MapData; genre: number }) {
  const { shape } = data.points.marks[genre]!
  const [light, dark] = [markColours(data, 'light')[genre]!, markColours(data, 'dark')[genre]!]
  return (
    <svg className="mark" viewBox="-1.3 -1.3 2.6 2.6" aria-hidden="true" focusable="false">
      <path d={outline(shape)} fillRule="evenodd" style={{ fill: `light-dark(${light}, ${dark})` }} />
    </svg>
  )
}

/** What colours and shapes mean; each genre can be switched off. */
export function Legend({
  data,
  shown,
  onShow,
}: {
  data: MapData
  shown: readonly boolean[]
  onShow: (shown: readonly boolean[]) => void
}) {
  const order = data.genres
    .map((_, genre) => genre)
    .filter((genre) => data.counts[genre]! > 0)
    .sort((a, b) => data.counts[b]! - data.counts[a]!)
  const hidden = order.filter((genre) => !shown[genre]).length
  return (
    <section className="legend" aria-label="Genres">
      <ul>
        {order.map((genre) => (
          <li key={genre}>
            <button
              type="button"
              className="legend-entry"
              aria-pressed={shown[genre]}
              onClick={() => onShow(shown.map((one, n) => (n === genre ? !one : one)))}
            >
              <MarkSign data={data} genre={genre} />
              {data.genres[genre]}
              <span className="legend-count">{data.counts[genre]!.toLocaleString('en')}</span>
            </button>
          </li>
        ))}
        <li>
          <button type="button" className="button button-small" onClick={() => onShow(shown.map(() => hidden > 0))}>
            {hidden > 0 ? 'Show all' : 'Hide all'}
          </button>
        </li>
      </ul>
      <p className="fine">A movie of several genres has the mark of its rarest one, which says most.</p>
    </section>
  )
}
