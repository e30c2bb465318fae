import { useCallback, useEffect, useReducer } from 'react'
import { ApiError, apiKey, type Job } from '../api.ts'
import { serverEvents } from './server-events.ts'
import { hasEnded, nothingFollowed, type TrainingState, trainingReducer } from './training-state.ts'

/** How long until a stream that broke off is asked for again. */
const againMs = 1_500

/** Follows one training live until it ends. */
export function useTraining(): TrainingState & { follow: (job: Job) => void; forget: () => void } {
  const [state, dispatch] = useReducer(trainingReducer, nothingFollowed)
  const { job, connection } = state
  const id = job?.id ?? null
  const ended = job === null || hasEnded(job)
  useEffect(() => {
    if (id === null || ended) return
    const controller = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const listen = async (): Promise<void> => {
      try {
        const key = apiKey.get()
        const response = await fetch(`/v1/training/${encodeURIComponent(id)}/events`, {
          headers: { accept: 'text/event-stream', ...(key !== null && { 'x-api-key': key }) },
          signal: controller.signal,
        })
        if (!response.ok || !response.body) throw new ApiError(response.status, 'no-stream', 'no stream', null, null)
        for await (const { event, data } of serverEvents(response.body)) {
          if (event === 'progress' || event === 'epoch' || event === 'end') {
            dispatch({ type: 'heard', job: JSON.parse(data) as Job })
          }
        }
      } catch {
        if (controller.signal.aborted) return
      }
      // It ended or broke off; where it ended, the effect has been taken down.
      if (controller.signal.aborted) return
      dispatch({ type: 'lost' })
      timer = setTimeout(() => void listen(), againMs)
    }
    void listen()
    return () => {
      controller.abort()
      clearTimeout(timer)
    }
  }, [id, ended])
  const follow = useCallback((one: Job) => dispatch({ type: 'follow', job: one }), [])
  const forget = useCallback(() => dispatch({ type: 'forget' }), [])
  return { job, connection, follow, forget }
}
