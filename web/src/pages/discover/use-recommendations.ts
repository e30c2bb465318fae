import { useCallback, useEffect, useRef, useState } from 'react'
import type { RecommendationList } from '../../api.ts'
import { announce } from '../../components/announcer.tsx'
import type { Lists } from '../../profile/document.ts'
import type { Settings } from '../../profile/settings.ts'
import { outbox, sharing } from '../../profile/use-profile.ts'
import { learnScale, useScale } from '../../scale.ts'
import { recommendBody, type Source } from '../../source.ts'
import { plural } from '../../title.ts'

export interface Recommendations {
  /** The list before stays while the next is on its way, and after a failure. */
  readonly list: RecommendationList | null
  readonly state: 'loading' | 'ready' | 'failed'
  readonly error: unknown
  readonly retry: () => void
}

/** Kept over visits to other pages, so that coming back shows the list at once. */
let kept: { key: string; list: RecommendationList } | null = null
/** Ratings often come in twos and threes: wait for the hand to rest. */
const restMs = 250

/** Recommendations for what the visitor has said so far, asked for anew when that changes; stale requests are aborted. */
export function useRecommendations(
  source: Source | null,
  lists: Lists,
  settings: Settings,
  k: number,
): Recommendations {
  const scale = useScale()
  const body = recommendBody(lists, settings, k, sharing() ? outbox.knownVisitor() : null, scale)
  const key = JSON.stringify([body, settings.browserOnly, settings.precision])
  const [attempt, setAttempt] = useState(0)
  const question = `${attempt} ${key}`
  const [shown, setShown] = useState<Omit<Recommendations, 'retry'> & { question: string }>(() => ({
    list: kept?.list ?? null,
    state: kept?.key === key ? 'ready' : 'loading',
    error: null,
    question,
  }))
  const first = useRef(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` is `body` in a form that can be compared
  useEffect(() => {
    if (source === null) return
    if (kept?.key === key && attempt === 0) {
      setShown({ list: kept.list, state: 'ready', error: null, question })
      return
    }
    const controller = new AbortController()
    setShown((before) => ({ ...before, state: 'loading', error: null, question }))
    const timer = setTimeout(
      () => {
        const ask = async (): Promise<RecommendationList | null> => {
          // Ratings on a scale that is only assumed would be refused or misread. Where it is another, the body changes, and this run ends.
          if (body.profile !== undefined && body.profile.length > 0) await learnScale(source.scale)
          if (controller.signal.aborted) return null
          return source.recommend(body, { signal: controller.signal })
        }
        ask().then(
          (list) => {
            if (controller.signal.aborted || list === null) return
            if (kept !== null) announce(`Recommendations updated: ${plural(list.items.length, 'movie')}`)
            kept = { key, list }
            setShown({ list, state: 'ready', error: null, question })
          },
          (error: unknown) => {
            if (!controller.signal.aborted) setShown((before) => ({ ...before, state: 'failed', error, question }))
          },
        )
      },
      first.current ? 0 : restMs,
    )
    first.current = false
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [key, source, attempt])
  const retry = useCallback(() => setAttempt((n) => n + 1), [])
  // What is shown answers an older question until the effect above has run: nobody is to take it for the answer to this one.
  if (shown.question !== question) return { list: shown.list, state: 'loading', error: null, retry }
  return { list: shown.list, state: shown.state, error: shown.error, retry }
}
