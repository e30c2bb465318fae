import { useEffect, useRef, useState } from 'react'
import { ErrorState, Loading } from '../../components/states.tsx'
import { Link } from '../../router.tsx'
import type { MapAnswer, Source } from '../../source.ts'
import { spokenTitle } from '../../title.ts'
import { useAsync } from '../../use-async.ts'

let kept: { at: number; source: Source; map: Promise<MapAnswer | null> } | null = null
const staleMs = 60_000

/** The map, asked for once for all movie pages of a minute. */
function sharedMap(source: Source): Promise<MapAnswer | null> {
  if (kept?.source !== source || Date.now() - kept.at > staleMs) {
    const map = source.map()
    kept = { at: Date.now(), source, map }
    map.catch(() => {
      kept = null
    })
  }
  return kept.map
}

/** The nearest well-known movies on the plane: names for the surroundings. */
export function neighboursOnMap(map: MapAnswer, at: number, n: number): number[] {
  const { x, y, ratings } = map
  const width = Math.max(...x) - Math.min(...x)
  return x
    .map((_, i) => i)
    .filter((i) => i !== at && ratings[i]! >= 20)
    .map((i) => ({ i, far: Math.hypot(x[i]! - x[at]!, y[i]! - y[at]!) }))
    .filter(({ far }) => far < width / 4)
    .sort((a, b) => a.far - b.far)
    .slice(0, n)
    .map(({ i }) => i)
}

function draw(canvas: HTMLCanvasElement, map: MapAnswer, at: number): void {
  const scale = window.devicePixelRatio || 1
  const { width, height } = canvas.getBoundingClientRect()
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  const context = canvas.getContext('2d')
  if (context === null) return
  context.scale(scale, scale)
  const style = getComputedStyle(canvas)
  const ink = style.color
  const lamp = style.getPropertyValue('--map-lamp').trim() || '#ffb648'
  const { x, y } = map
  const [x0, x1, y0, y1] = [Math.min(...x), Math.max(...x), Math.min(...y), Math.max(...y)]
  const pad = 10
  const unit = Math.min((width - 2 * pad) / (x1 - x0 || 1), (height - 2 * pad) / (y1 - y0 || 1))
  const px = (i: number) => width / 2 + (x[i]! - (x0 + x1) / 2) * unit
  const py = (i: number) => height / 2 - (y[i]! - (y0 + y1) / 2) * unit
  context.fillStyle = ink
  context.globalAlpha = 0.22
  for (let i = 0; i < x.length; i++) context.fillRect(px(i), py(i), 1.6, 1.6)
  context.globalAlpha = 0.75
  context.fillStyle = lamp
  const genre = map.genre[at]!
  if (genre >= 0)
    for (let i = 0; i < x.length; i++) if (map.genre[i] === genre) context.fillRect(px(i), py(i), 1.8, 1.8)
  context.globalAlpha = 1
  context.strokeStyle = ink
  context.lineWidth = 2
  context.beginPath()
  context.arc(px(at), py(at), 9, 0, 2 * Math.PI)
  context.stroke()
  context.beginPath()
  context.arc(px(at), py(at), 4, 0, 2 * Math.PI)
  context.fill()
}

/** A small map with the movie marked: its genre's movies lit, its surroundings named. */
export function Place({ id, name, source }: { id: string; name: string; source: Source | null }) {
  const answer = useAsync(async () => (source === null ? undefined : sharedMap(source)), [source])
  const canvas = useRef<HTMLCanvasElement>(null)
  const [theme, setTheme] = useState(0)
  const map = answer.value
  const at = map ? map.ids.indexOf(id) : -1
  useEffect(() => {
    const again = () => setTheme((n) => n + 1)
    const media = window.matchMedia('(prefers-color-scheme: dark)')
    const root = new MutationObserver(again)
    const size = new ResizeObserver(again)
    media.addEventListener('change', again)
    root.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    size.observe(document.body)
    return () => {
      media.removeEventListener('change', again)
      root.disconnect()
      size.disconnect()
    }
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: `theme` counts what the drawing must follow
  useEffect(() => {
    if (canvas.current !== null && map && at >= 0) draw(canvas.current, map, at)
  }, [map, at, theme])
  if (answer.state === 'failed') return <ErrorState error={answer.error} onRetry={answer.retry} />
  if (answer.state === 'ready' && map === null)
    return <p className="fine">The map was not part of what was downloaded, and the server is not asked for it.</p>
  if (!map) return <Loading label="Fetching the map" />
  if (at < 0) return <p className="fine">This movie is not on the map: the model has too little to place it by.</p>
  const near = neighboursOnMap(map, at, 4).map((i) => spokenTitle(map.titles[i]!))
  const genre = map.genre[at]! >= 0 ? map.genres[map.genre[at]!] : undefined
  return (
    <figure className="place">
      <canvas
        ref={canvas}
        className="place-map"
        role="img"
        aria-label={`Map of all movies with ${name} marked${near.length === 0 ? '' : `, near ${near.join(', ')}`}`}
      />
      <figcaption className="fine">
        {near.length === 0 ? 'Nothing well known lies close to it.' : `Near ${near.join(', ')}.`}
        {genre !== undefined && ` Lit: ${genre}.`}{' '}
        <Link href={`/map?movie=${encodeURIComponent(id)}`}>Open the map</Link>
      </figcaption>
    </figure>
  )
}
