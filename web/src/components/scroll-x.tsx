import type { ReactNode } from 'react'

/** A wide table that scrolls to the side where there is no room: the keyboard reaches it too, and `label` says what it holds. */
export function ScrollX({
  label,
  className = '',
  children,
}: {
  label: string
  className?: string
  children: ReactNode
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys scroll what has the focus
    <section className={`scroll-x ${className}`} aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
