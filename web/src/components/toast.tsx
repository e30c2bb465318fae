import { useEffect, useSyncExternalStore } from 'react'
import { announce } from './announcer.tsx'
import { Icon } from './icon.tsx'

export interface Toast {
  readonly id: number
  readonly text: string
  readonly kind: 'plain' | 'bad'
  readonly action: { readonly label: string; readonly run: () => void } | null
}

let toasts: readonly Toast[] = []
let count = 0
const listeners = new Set<() => void>()
const change = (next: readonly Toast[]) => {
  toasts = next
  for (const listener of listeners) listener()
}
const stayMs = 8_000

export function dismissToast(id: number): void {
  change(toasts.filter((toast) => toast.id !== id))
}

/** Shows a line for some seconds, with at most one thing to do about it, such as Undo. It is read out too. */
export function toast(
  text: string,
  { action = null, kind = 'plain' }: { action?: Toast['action']; kind?: Toast['kind'] } = {},
): number {
  count += 1
  change([...toasts.slice(-2), { id: count, text, kind, action }])
  announce(text)
  return count
}

function Line({ toast: { id, text, kind, action } }: { toast: Toast }) {
  useEffect(() => {
    const timer = setTimeout(() => dismissToast(id), kind === 'bad' ? stayMs * 2 : stayMs)
    return () => clearTimeout(timer)
  }, [id, kind])
  return (
    <li className={`toast toast-${kind}`}>
      <span>{text}</span>
      {action !== null && (
        <button
          type="button"
          className="button button-quiet"
          onClick={() => {
            dismissToast(id)
            action.run()
          }}
        >
          {action.label}
        </button>
      )}
      <button type="button" className="toast-close" aria-label="Dismiss" onClick={() => dismissToast(id)}>
        <Icon name="close" />
      </button>
    </li>
  )
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => toasts,
  )
  return (
    <section className="toasts-region" aria-label="Messages">
      <ul className="toasts">
        {shown.map((entry) => (
          <Line key={entry.id} toast={entry} />
        ))}
      </ul>
    </section>
  )
}
