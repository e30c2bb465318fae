import { type DependencyList, useCallback, useEffect, useState } from 'react'

export type Async<T> =
  | { readonly state: 'loading'; readonly value: T | null; readonly error: null; readonly retry: () => void }
  | { readonly state: 'ready'; readonly value: T; readonly error: null; readonly retry: () => void }
  | { readonly state: 'failed'; readonly value: T | null; readonly error: unknown; readonly retry: () => void }

/**
 * Runs `load` when `dependencies` change and aborts the run before. While loading and after a failure the value before
 * stays in `value`, so that a page can go on showing it.
 */
export function useAsync<T>(load: (signal: AbortSignal) => Promise<T>, dependencies: DependencyList): Async<T> {
  const [attempt, setAttempt] = useState(0)
  const retry = useCallback(() => setAttempt((n) => n + 1), [])
  const [kept, keep] = useState<{ state: 'loading' | 'ready' | 'failed'; value: T | null; error: unknown }>({
    state: 'loading',
    value: null,
    error: null,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller says on what `load` depends
  useEffect(() => {
    const controller = new AbortController()
    keep((before) => ({ state: 'loading', value: before.value, error: null }))
    load(controller.signal).then(
      (value) => {
        if (!controller.signal.aborted) keep({ state: 'ready', value, error: null })
      },
      (error: unknown) => {
        if (!controller.signal.aborted) keep((before) => ({ state: 'failed', value: before.value, error }))
      },
    )
    return () => controller.abort()
  }, [...dependencies, attempt])
  return { ...kept, retry } as Async<T>
}
