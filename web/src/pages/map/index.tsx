import './map.css'
import { useEffect, useMemo, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { LocalStatus } from '../../components/local-status.tsx'
import { Empty, ErrorState, Loading } from '../../components/states.tsx'
import { useLocation, useTitle } from '../../router.tsx'
import { type Source, serverSource } from '../../source.ts'
import { useAsync } from '../../use-async.ts'
import { useSource } from '../../use-source.ts'
import { mapData } from './map-data.ts'
import { MovieMap } from './movie-map.tsx'

/** How long until it is asked whether the better map is ready. */
const askAgainMs = 4_000

/** All movies on a plane, near what the model finds near. */
export default function MapPage() {
  useTitle('Map')
  const { query } = useLocation()
  const { source, local } = useSource()
  // For whose map, and how often, the careful one was asked.
  const [asked, setAsked] = useState<{ source: Source | null; times: number }>({ source: null, times: 0 })
  const again = source !== null && asked.source === source
  const { value, state, error, retry } = useAsync(
    async (signal) => (source === null ? undefined : source.map({ signal, again })),
    [source, asked.times],
  )
  const data = useMemo(() => value && mapData(value), [value])
  const sketch = value?.ready === false
  const waiting = sketch && source === serverSource
  useEffect(() => {
    if (!waiting || state === 'loading') return
    const timer = setTimeout(retry, askAgainMs)
    return () => clearTimeout(timer)
  }, [waiting, state, retry])

  return (
    <>
      <header className="page-head">
        <h1>Map</h1>
        <p>
          Movies that the model finds alike lie near one another. Colour and shape show the genre, size how many ratings
          a movie has; titles appear as you come closer.
        </p>
      </header>
      {local.state !== 'ready' && <LocalStatus />}
      {!data && state === 'loading' && source !== null && <Loading label="Loading the map" />}
      {state === 'failed' && (!data || (sketch && !waiting)) && <ErrorState error={error} onRetry={retry} />}
      {value === null && state === 'ready' && (
        <Empty title="There is no map in this browser">
          <p>
            It was not part of what was downloaded: this model has none, or the server could not draw it. Nothing more
            is asked of the server.
          </p>
        </Empty>
      )}
      {data && data.ids.length === 0 && (
        <Empty title="There is nothing to show">
          <p>The live model has no movie with enough ratings for a place on the map.</p>
        </Empty>
      )}
      {waiting && (
        <p className="map-notice" role="status">
          This is a quick sketch (principal axes). The careful map (t-SNE) is being computed and will take its place
          here.
        </p>
      )}
      {sketch && !waiting && (
        <div className="map-notice row" role="status">
          <p>
            This is a quick sketch (principal axes): the careful map (t-SNE) was not ready{again && ' yet'} when it was
            downloaded. Fetching it tells the server nothing of yours.
          </p>
          <Button
            className="button-small"
            busy={state === 'loading'}
            onClick={() => setAsked({ source, times: asked.times + 1 })}
          >
            Fetch the careful map
          </Button>
        </div>
      )}
      {data && source !== null && data.ids.length > 0 && (
        <MovieMap key={value?.method} data={data} source={source} model={value!.model} movie={query.get('movie')} />
      )}
      {value?.ready === true && value.preservation !== null && (
        <p className="fine map-about">
          {data?.ids.length.toLocaleString('en')} movies by <code>{value.model}</code> ({value.method}). How far
          neighbours on the map are neighbours for the model too (trustworthiness): {value.preservation.toFixed(3)} of
          1. A plane cannot keep all of them.
        </p>
      )}
    </>
  )
}
