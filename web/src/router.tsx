import { type AnchorHTMLAttributes, type MouseEvent, useEffect, useSyncExternalStore } from 'react'
import { hidden, plain } from './address.ts'

/** A router on the History API: clean URLs, a handful of routes, nothing else. Pages know addresses in their ordinary form only. */

let hiding = false
const shown = (address: string) => (hiding ? hidden(address) : address)
const current = () => window.location.pathname + window.location.search + window.location.hash

const listeners = new Set<() => void>()
const emit = () => {
  // Also after a step back to an address of before.
  const wanted = shown(plain(current()))
  if (wanted !== current()) window.history.replaceState(window.history.state, '', window.location.origin + wanted)
  for (const listener of listeners) listener()
}
if (typeof window !== 'undefined') window.addEventListener('popstate', emit)

/** From now on addresses name no movie to the server, or they do again; links and the address bar follow. */
export function hideAddresses(on: boolean): void {
  hiding = on
  emit()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The path and query in the address bar; re-renders when they change. */
export function useLocation(): { path: string; query: URLSearchParams } {
  const href = useSyncExternalStore(subscribe, () => plain(current()))
  const [path = '/', search = ''] = href.split('?', 2)
  return { path: path.length > 1 ? path.replace(/\/+$/, '') : path, query: new URLSearchParams(search) }
}

/** Go to a path of the page. `replace` leaves no step to go back to. */
export function navigate(to: string, { replace = false } = {}): void {
  if (replace) window.history.replaceState(null, '', shown(to))
  else {
    window.history.pushState(null, '', shown(to))
    window.scrollTo(0, 0)
  }
  emit()
}

/** Values of `pattern`'s ":names" in `path`, or null where it does not match. */
export function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return null
  const values: Record<string, string> = {}
  for (const [i, part] of wanted.entries()) {
    if (part.startsWith(':')) {
      try {
        values[part.slice(1)] = decodeURIComponent(given[i]!)
      } catch {
        return null
      }
    } else if (part !== given[i]) return null
  }
  return values
}

/** An ordinary link that stays in the page; modified clicks and middle clicks behave as everywhere. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const address = useSyncExternalStore(subscribe, () => shown(href))
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return
    event.preventDefault()
    navigate(href)
  }
  return <a href={address} onClick={follow} {...rest} />
}

/** Sets the title of the browser's tab while a page is shown. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Marquee' : `${title} · Marquee`
  }, [title])
}
