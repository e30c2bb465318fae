import type * as ObservablePlot from '@observablehq/plot'
import { useEffect, useRef, useState } from 'react'
import { ErrorState, Loading } from '../components/states.tsx'

export type Plot = typeof ObservablePlot
type Options = ObservablePlot.PlotOptions

let loaded: Promise<Plot> | null = null
/** Observable Plot, fetched when the first chart is shown. */
export function loadPlot(): Promise<Plot> {
  loaded ??= import('@observablehq/plot').catch((error: unknown) => {
    loaded = null
    throw error
  })
  return loaded
}

/**
 * A chart as wide as its place, drawn again when the place or `draw` changes (memoise it). `label` tells screen readers
 * what the chart shows; the figures themselves belong in a table or in words beside it.
 */
export function Chart({
  draw,
  label,
  height = 260,
}: {
  draw: (plot: Plot, width: number) => Options
  label: string
  height?: number
}) {
  const place = useRef<HTMLDivElement>(null)
  const [plot, setPlot] = useState<Plot | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    loadPlot().then(setPlot, setError)
  }, [])
  useEffect(() => {
    const element = place.current
    if (element === null) return
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  useEffect(() => {
    const element = place.current
    if (element === null || plot === null || width === 0) return
    const options = draw(plot, width)
    const chart = plot.plot({
      width,
      height,
      ...options,
      style: { background: 'transparent', color: 'currentColor', fontSize: '13px', fontFamily: 'inherit' },
    })
    // The figure around it has the words; Plot's own are on elements that may have none.
    chart.setAttribute('aria-hidden', 'true')
    element.replaceChildren(chart)
    return () => element.replaceChildren()
  }, [plot, width, draw, height])
  if (error !== null) return <ErrorState error={error} />
  return (
    <figure className="chart" role="img" aria-label={label}>
      <div ref={place} style={{ minHeight: height }} />
      {plot === null && <Loading label="Loading the chart" />}
    </figure>
  )
}
