import type { ButtonHTMLAttributes } from 'react'

/** `primary` for the one thing a place is for, `plain` for the rest, `quiet` inside cards, `danger` for what cannot be undone. */
export type ButtonKind = 'primary' | 'plain' | 'quiet' | 'danger'

export function Button({
  kind = 'plain',
  className = '',
  busy = false,
  children,
  disabled,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { kind?: ButtonKind; busy?: boolean }) {
  return (
    <button
      type="button"
      className={`button button-${kind} ${className}`}
      aria-busy={busy || undefined}
      disabled={disabled === true || busy}
      {...rest}
    >
      {children}
    </button>
  )
}
