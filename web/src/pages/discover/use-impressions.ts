import { type RefObject, useEffect } from 'react'
import { impressions } from '../../profile/use-profile.ts'

/** In view: half of it, for so long. Scrolling past is not seeing. */
const share = 0.5
const lookMs = 600
const flushMs = 2_000

/** Notes which movies of the list `recommendation` come into view; `shown` changes when its elements do. */
export function useImpressions(
  list: RefObject<HTMLElement | null>,
  recommendation: string | undefined,
  shown: string,
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shown` says when there are other elements to watch
  useEffect(() => {
    if (list.current === null || recommendation === undefined) return
    const timers = new Map<Element, ReturnType<typeof setTimeout>>()
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          clearTimeout(timers.get(target))
          const item = (target as HTMLElement).dataset.key
          if (isIntersecting && item !== undefined)
            timers.set(
              target,
              setTimeout(() => {
                if (document.visibilityState === 'visible') impressions.saw(recommendation, item)
              }, lookMs),
            )
        }
      },
      { threshold: share },
    )
    for (const child of list.current.children) observer.observe(child)
    const timer = setInterval(() => impressions.flush(), flushMs)
    return () => {
      observer.disconnect()
      clearInterval(timer)
      for (const one of timers.values()) clearTimeout(one)
      impressions.flush()
    }
  }, [recommendation, shown])
}
