import { useEffect, useSyncExternalStore } from 'react'
import type { BrowserModelInfo } from '../browser-model/index.ts'
import type { Settings } from '../profile/settings.ts'
import type { Source } from '../source.ts'

/** The model in this browser: off, on its way, there, or why not. One for the whole page. */
export type LocalState =
  | { readonly state: 'off' }
  | { readonly state: 'loading'; readonly bytes: number; readonly of: number }
  | { readonly state: 'ready'; readonly source: Source; readonly info: BrowserModelInfo }
  | { readonly state: 'failed'; readonly error: unknown }

let state: LocalState = { state: 'off' }
let running: { precision: Settings['precision']; controller: AbortController; close: () => void } | null = null
const listeners = new Set<() => void>()
const set = (next: LocalState) => {
  state = next
  for (const listener of listeners) listener()
}

/** Begins, changes or ends the model in this browser, as the settings say. */
export function follow({ browserOnly, precision }: Settings): void {
  if (!browserOnly) {
    if (running !== null) stop()
    return
  }
  if (running?.precision === precision) return
  stop()
  const controller = new AbortController()
  const mine = { precision, controller, close: () => {} }
  running = mine
  set({ state: 'loading', bytes: 0, of: 0 })
  import('./local-source.ts')
    .then(({ openLocal }) =>
      openLocal(precision, controller.signal, ({ bytes, of }) => {
        if (running === mine) set({ state: 'loading', bytes, of })
      }),
    )
    .then(
      ({ source, info, close }) => {
        if (running !== mine) return close()
        mine.close = close
        set({ state: 'ready', source, info })
        fetchPages()
      },
      (error: unknown) => {
        if (running === mine) set({ state: 'failed', error })
      },
    )
}

/** The pages that work without the server, so that opening one is no request either. A failure shows when the page is opened. */
function fetchPages(): void {
  const pages = [
    import('../pages/movie/index.tsx'),
    import('../pages/map/index.tsx'),
    import('../pages/settings/index.tsx'),
  ]
  Promise.all(pages).catch(() => undefined)
}

function stop(): void {
  running?.controller.abort()
  running?.close()
  running = null
  set({ state: 'off' })
}

export function retry(settings: Settings): void {
  stop()
  follow(settings)
}

/** The state of the model in this browser, kept as `settings` say. */
export function useLocal(settings: Settings): LocalState {
  const { browserOnly, precision } = settings
  // biome-ignore lint/correctness/useExhaustiveDependencies: these two are all that counts
  useEffect(() => follow(settings), [browserOnly, precision])
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => state,
  )
}
