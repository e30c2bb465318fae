import { type RefObject, useLayoutEffect, useRef } from 'react'

const calm = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches

/**
 * Moves the children of a list from where they were to where they are when `order` changes; children carry their key in
 * data-key. New ones fade in. Where motion is unwanted they are simply there. A child that had the focus and is gone
 * hands it to the one now in its place.
 */
export function useFlip(list: RefObject<HTMLElement | null>, order: string): void {
  const places = useRef(new Map<string, { x: number; y: number }>())
  const focused = useRef<{ key: string; index: number } | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `order` says when the children have moved
  useLayoutEffect(() => {
    const element = list.current
    if (element === null) return
    const children = [...element.children] as HTMLElement[]
    const next = new Map(
      children.map((child) => [child.dataset.key ?? '', { x: child.offsetLeft, y: child.offsetTop }]),
    )
    if (places.current.size > 0 && !calm()) {
      for (const child of children) {
        const before = places.current.get(child.dataset.key ?? '')
        const now = next.get(child.dataset.key ?? '')!
        if (before === undefined) child.animate({ opacity: [0, 1] }, { duration: 260, easing: 'ease-out' })
        else if (before.x !== now.x || before.y !== now.y) {
          child.animate(
            { transform: [`translate(${before.x - now.x}px, ${before.y - now.y}px)`, 'none'] },
            { duration: 380, easing: 'cubic-bezier(0.2, 0.7, 0.2, 1)' },
          )
        }
      }
    }
    places.current = next
    const lost = focused.current
    if (
      lost !== null &&
      !next.has(lost.key) &&
      (document.activeElement === document.body || document.activeElement === null)
    ) {
      const heir = children[Math.min(lost.index, children.length - 1)]
      heir?.querySelector<HTMLElement>('h3 a')?.focus({ preventScroll: true })
    }
  }, [order, list])
  useLayoutEffect(() => {
    const element = list.current
    if (element === null) return
    const remember = (event: FocusEvent) => {
      const children = [...element.children] as HTMLElement[]
      const index = children.findIndex((child) => child.contains(event.target as Node))
      focused.current = index < 0 ? null : { key: children[index]!.dataset.key ?? '', index }
    }
    const forget = (event: FocusEvent) => {
      // Focus that goes to another element is gone for good; focus lost because its element vanished goes nowhere.
      if (event.relatedTarget !== null && !element.contains(event.relatedTarget as Node)) focused.current = null
    }
    element.addEventListener('focusin', remember)
    element.addEventListener('focusout', forget)
    return () => {
      element.removeEventListener('focusin', remember)
      element.removeEventListener('focusout', forget)
    }
  }, [list])
}
