import type { ReactNode } from 'react'
import { ApiError } from '../api.ts'
import { Button } from './button.tsx'

/** Something is on its way; the lamps run round unless motion is unwanted. */
export function Loading({ label = 'Loading' }: { label?: string }) {
  return (
    <div className="state state-loading" role="status">
      <span className="lamps" aria-hidden="true">
        <i />
        <i />
        <i />
        <i />
        <i />
      </span>
      <p>{label}…</p>
    </div>
  )
}

/** There is nothing here, why, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state state-empty">
      <h3>{title}</h3>
      {children}
    </div>
  )
}

/** A failure in words: what, the remedy, and the request's id for whoever reads the log. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const api = error instanceof ApiError ? error : null
  const text = error instanceof Error ? error.message : String(error)
  return (
    <div className="state state-error" role="alert">
      <h3>{api === null ? 'Something went wrong in the page' : text}</h3>
      {api === null && <p>{text}</p>}
      {api !== null && api.remedy !== null && <p>{api.remedy}</p>}
      {api !== null && api.requestId !== null && (
        <p className="fine">
          Request <code>{api.requestId}</code> ({api.code})
        </p>
      )}
      {onRetry !== undefined && <Button onClick={onRetry}>Try again</Button>}
    </div>
  )
}
