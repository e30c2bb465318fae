import { type KeyboardEvent, useCallback, useEffect, useId, useRef, useState } from 'react'
import { announce } from '../../components/announcer.tsx'
import { Icon } from '../../components/icon.tsx'
import { Tabs } from '../../components/tabs.tsx'
import type { Source } from '../../source.ts'
import type { Point } from './camera.ts'
import { InView } from './in-view.tsx'
import { Legend } from './legend.tsx'
import type { MapData } from './map-data.ts'
import { MapSearch } from './map-search.tsx'
import { MapView } from './map-view.ts'
import { Picked } from './picked.tsx'
import { Selection } from './selection.tsx'

/** Most movies in the list beside the map. */
const listed = 100

/** The map with its tools, legend, and the lists that show the same to those who do not use a mouse. */
export function MovieMap({
  data,
  source,
  model,
  movie,
}: {
  data: MapData
  source: Source
  model: string
  movie: string | null
}) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<MapView | null>(null)
  const help = useId()
  const [tip, setTip] = useState<{ point: number; at: Point } | null>(null)
  const [picked, setPicked] = useState<number | null>(null)
  const [inView, setInView] = useState<{ points: number[]; more: boolean }>({ points: [], more: false })
  const [selected, setSelected] = useState<readonly number[]>([])
  const [drawing, setDrawing] = useState(false)
  const [panel, setPanel] = useState('view')
  const [shown, setShown] = useState<readonly boolean[]>(() => data.genres.map(() => true))

  const select = useCallback((points: readonly number[], toPanel = true) => {
    setSelected(points)
    view.current?.select(points.length > 0 ? points : null)
    if (toPanel) setPanel('selection')
  }, [])

  useEffect(() => {
    const made = new MapView(host.current!, data, {
      hover: (point, at) => setTip(point === null || at === null ? null : { point, at }),
      pick: setPicked,
      lasso: (points) => {
        setDrawing(false)
        announce(points.length === 1 ? '1 movie selected' : `${points.length} movies selected`)
        select(points)
      },
      settled: () => {
        if (view.current) setInView(view.current.inView(listed))
      },
    })
    view.current = made
    setInView(made.inView(listed))
    return () => {
      view.current = null
      made.dispose()
    }
  }, [data, select])

  useEffect(() => {
    if (view.current) view.current.drawing = drawing
  }, [drawing])
  useEffect(() => view.current?.show(shown), [shown])

  const flyTo = useCallback((point: number) => {
    view.current?.flyTo(point)
    setPicked(point)
  }, [])
  useEffect(() => {
    if (movie === null) return
    const point = data.ids.indexOf(movie)
    if (point >= 0) flyTo(point)
  }, [movie, data, flyTo])

  const onKeyDown = (event: KeyboardEvent) => {
    const now = view.current
    if (!now || event.ctrlKey || event.metaKey || event.altKey) return
    const step = event.shiftKey ? 240 : 80
    const keys: Record<string, () => void> = {
      ArrowLeft: () => now.pan(step, 0),
      ArrowRight: () => now.pan(-step, 0),
      ArrowUp: () => now.pan(0, step),
      ArrowDown: () => now.pan(0, -step),
      '+': () => now.zoom(1.5),
      '=': () => now.zoom(1.5),
      '-': () => now.zoom(1 / 1.5),
      '0': () => now.reset(),
      Home: () => now.reset(),
      Enter: () => now.pickMiddle(),
      Escape: () => {
        setDrawing(false)
        setPicked(null)
        now.ring(null)
      },
    }
    const act = keys[event.key]
    if (!act) return
    event.preventDefault()
    act()
  }

  return (
    <div className="map-layout">
      <div className="map-main">
        <div className="map-frame">
          <div
            ref={host}
            className={drawing ? 'map-host map-drawing' : 'map-host'}
            data-testid="map"
            data-points={data.ids.length}
            role="application"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: moved about with the arrow keys
            tabIndex={0}
            aria-label={`Map of ${data.ids.length.toLocaleString('en')} movies`}
            aria-describedby={help}
            onKeyDown={onKeyDown}
          />
          <MapSearch data={data} source={source} onChoose={flyTo} />
          <fieldset className="map-tools" data-over-map>
            <legend className="visually-hidden">Map tools</legend>
            <button type="button" aria-label="Closer" title="Closer (+)" onClick={() => view.current?.zoom(2)}>
              <Icon name="plus" />
            </button>
            <button type="button" aria-label="Farther" title="Farther (-)" onClick={() => view.current?.zoom(0.5)}>
              <Sign path="M5 12h14" />
            </button>
            <button
              type="button"
              aria-label="Show everything"
              title="Show everything (0)"
              onClick={() => view.current?.reset()}
            >
              <Sign path="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5" />
            </button>
            <button
              type="button"
              aria-label="Draw a lasso around movies"
              title="Lasso (or drag with Shift)"
              aria-pressed={drawing}
              onClick={() => setDrawing(!drawing)}
            >
              <Sign path="M12 4c5 0 8.500 2.300 8.500 5.300S17 15 12 15c-1.300 0-2.500-.2-3.600-.5M8.400 14.500C5.500 13.500 3.500 11.700 3.500 9.300 3.500 6.300 7 4 12 4M8.400 14.500a2 2 0 1 0-2.400 2.700c1.500.3 2.500-1 2.400-2.700ZM6 17.200C5.800 18.700 5 20 3.500 21" />
            </button>
          </fieldset>
          {tip !== null && tip.point !== picked && <Tip data={data} tip={tip} />}
          {picked !== null && (
            <Picked
              data={data}
              point={picked}
              selected={selected.includes(picked)}
              onSelect={(on) => select(on ? [...selected, picked] : selected.filter((one) => one !== picked), false)}
              onClose={() => {
                setPicked(null)
                view.current?.ring(null)
              }}
            />
          )}
          {drawing && <p className="map-hint">Draw around the movies you want</p>}
        </div>
        <p className="visually-hidden" id={help}>
          Arrow keys move the map, plus and minus zoom, 0 shows everything, Enter picks the movie in the middle. The
          list “In view” names the movies that are seen and can be used in place of the map.
        </p>
        <Legend data={data} shown={shown} onShow={setShown} />
      </div>
      <aside className="map-side panel" aria-label="Movies of the map">
        <Tabs
          label="Movies of the map"
          chosen={panel}
          onChoose={setPanel}
          tabs={[
            {
              id: 'view',
              label: 'In view',
              panel: (
                <InView
                  data={data}
                  points={inView.points}
                  more={inView.more}
                  selected={selected}
                  onGo={flyTo}
                  onSelect={(points) => select(points, points.length > selected.length + 1)}
                />
              ),
            },
            {
              id: 'selection',
              label: (
                <>
                  Selection <span className="count">{selected.length}</span>
                </>
              ),
              panel: (
                <Selection data={data} source={source} model={model} points={selected} onSelect={select} onGo={flyTo} />
              ),
            },
          ]}
        />
      </aside>
    </div>
  )
}

function Tip({ data, tip: { point, at } }: { data: MapData; tip: { point: number; at: Point } }) {
  const ratings = data.points.ratings[point]!
  return (
    <div className="map-tip" style={{ left: at.x, top: at.y }} aria-hidden="true">
      <strong>{data.titles[point]}</strong>
      <span>
        {data.genres[data.points.genre[point]!]}, {ratings.toLocaleString('en')} {ratings === 1 ? 'rating' : 'ratings'}
      </span>
    </div>
  )
}

function Sign({ path }: { path: string }) {
  return (
    <svg viewBox="0 0 24 24" className="icon" aria-hidden="true" focusable="false">
      <path d={path} />
    </svg>
  )
}
