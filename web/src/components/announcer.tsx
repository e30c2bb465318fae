import { useSyncExternalStore } from 'react'

let message = ''
const listeners = new Set<() => void>()

/** Says something to screen readers, politely, without showing it. */
export function announce(text: string): void {
  // The same words twice are read twice only if the text differs.
  message = text === message ? `${text}\u00a0` : text
  for (const listener of listeners) listener()
}

/** The one live region of the page. */
export function Announcer() {
  const text = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => message,
  )
  return (
    <div className="visually-hidden" role="status" aria-live="polite" data-testid="announcer">
      {text}
    </div>
  )
}
