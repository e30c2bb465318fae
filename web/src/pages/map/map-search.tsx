import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { Icon } from '../../components/icon.tsx'
import type { Source } from '../../source.ts'
import type { MapData } from './map-data.ts'

interface Hit {
  readonly id: string
  readonly title: string
  /** null: it has no place on the map. */
  readonly point: number | null
}

/** Finds a movie by what people type and flies to it: a combobox with its list, by the WAI-ARIA pattern. */
export function MapSearch({
  data,
  source,
  onChoose,
}: {
  data: MapData
  source: Source
  onChoose: (point: number) => void
}) {
  const id = useId()
  const [text, setText] = useState('')
  const [hits, setHits] = useState<readonly Hit[]>([])
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(0)
  const [failed, setFailed] = useState<string | null>(null)
  /** What the hits answer. */
  const [asked, setAsked] = useState('')
  /** Enter was pressed before the answer to what is typed came. */
  const entered = useRef(false)

  // biome-ignore lint/correctness/useExhaustiveDependencies: `choose` is new each time, and does the same
  useEffect(() => {
    const query = text.trim()
    if (query === '') {
      setHits([])
      setAsked('')
      setFailed(null)
      return
    }
    const controller = new AbortController()
    const timer = setTimeout(() => {
      source.search(query, { signal: controller.signal }).then(
        (movies) => {
          if (controller.signal.aborted) return
          const at = new Map(data.ids.map((one, point) => [one, point]))
          const found = movies.map(({ id, title }) => ({ id, title, point: at.get(id) ?? null }))
          setHits(found)
          setAsked(query)
          setActive(0)
          setFailed(null)
          if (entered.current) choose(found[0])
          entered.current = false
        },
        (error: unknown) => {
          if (controller.signal.aborted) return
          entered.current = false
          setFailed(error instanceof Error ? error.message : String(error))
        },
      )
    }, 120)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [text, data, source])

  const choose = (hit: Hit | undefined) => {
    if (!hit || hit.point === null) return
    setOpen(false)
    setText(hit.title)
    onChoose(hit.point)
  }
  const underWay = text.trim() !== asked
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      const step = event.key === 'ArrowDown' ? 1 : -1
      if (hits.length > 0) setActive((active + step + hits.length) % hits.length)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      // The hits shown answer what was typed before.
      if (underWay) entered.current = true
      else choose(hits[active])
    } else if (event.key === 'Escape') {
      if (open) setOpen(false)
      else setText('')
    }
  }
  const listed = open && text.trim() !== '' && hits.length > 0
  return (
    <search className="map-search" data-over-map>
      <Icon name="search" />
      <input
        className="input"
        type="search"
        role="combobox"
        aria-label="Find a movie on the map"
        placeholder="Find a movie"
        autoComplete="off"
        aria-expanded={listed}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={listed && hits.length > 0 ? `${id}-${active}` : undefined}
        value={text}
        onChange={(event) => {
          entered.current = false
          setText(event.target.value)
          setOpen(true)
        }}
        onBlur={() => {
          entered.current = false
          setOpen(false)
        }}
        onKeyDown={onKeyDown}
      />
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label="Movies found"
        aria-busy={underWay}
        className="map-hits"
        hidden={!listed}
      >
        {hits.map((hit, n) => (
          // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: keys are handled by the input
          <div
            key={hit.id}
            id={`${id}-${n}`}
            role="option"
            className="map-hit"
            aria-selected={n === active}
            aria-disabled={hit.point === null}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(hit)}
          >
            {hit.title}
            {hit.point === null && <span className="fine"> not on the map: too few ratings</span>}
          </div>
        ))}
      </div>
      {failed !== null && open && <p className="map-failed">{failed}</p>}
    </search>
  )
}
