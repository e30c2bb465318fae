import { useEffect, useState } from 'react'

type Theme = 'system' | 'dark' | 'light'
const key = 'marquee.theme'

function kept(): Theme {
  try {
    const theme = localStorage.getItem(key)
    return theme === 'dark' || theme === 'light' ? theme : 'system'
  } catch {
    return 'system'
  }
}

const next: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' }
const names: Record<Theme, string> = { system: 'as the system', light: 'light', dark: 'dark' }

/** Goes round system, light, dark; what is chosen survives a reload. */
export function ThemeToggle() {
  const [theme, setTheme] = useState<Theme>(kept)
  useEffect(() => {
    const root = document.documentElement
    if (theme === 'system') delete root.dataset.theme
    else root.dataset.theme = theme
    try {
      if (theme === 'system') localStorage.removeItem(key)
      else localStorage.setItem(key, theme)
    } catch {
      // Without storage the choice holds for this page only.
    }
  }, [theme])
  return (
    <button
      type="button"
      className="button button-quiet button-icon"
      aria-label={`Theme: ${names[theme]}. Change to ${names[next[theme]]}`}
      title={`Theme: ${names[theme]}`}
      onClick={() => setTheme(next[theme])}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true" className="icon">
        {theme === 'light' ? (
          <path d="M12 4V1.5M12 22.5V20M4 12H1.5M22.5 12H20M6.3 6.3 4.6 4.6M19.4 19.4l-1.7-1.7M6.3 17.7l-1.7 1.7M19.4 4.6l-1.7 1.7M16.5 12a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0Z" />
        ) : theme === 'dark' ? (
          <path d="M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z" />
        ) : (
          <>
            <path d="M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0Z" />
            <path d="M12 3.5v17a8.5 8.5 0 0 0 0-17Z" fill="currentColor" />
          </>
        )}
      </svg>
    </button>
  )
}
