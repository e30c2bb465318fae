const paths = {
  search: 'M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13Zm4.8-1.7L21 21',
  bookmark: 'M6 3.5h12V21l-6-4.5L6 21Z',
  hide: 'M4 4l16 16M9.9 5.4A9.7 9.7 0 0 1 12 5.2c5 0 8.4 4.2 9.5 6.8a13 13 0 0 1-2.9 4M6.6 7A13.5 13.5 0 0 0 2.5 12c1.1 2.6 4.5 6.8 9.5 6.8 1.6 0 3-.4 4.3-1M10 10a2.8 2.8 0 0 0 4 4',
  undo: 'M8.5 5 4 9.5 8.5 14M4 9.5h10.5a5.5 5.5 0 0 1 0 11H9',
  redo: 'M15.5 5 20 9.5 15.5 14M20 9.5H9.5a5.5 5.5 0 0 0 0 11H15',
  close: 'M5 5l14 14M19 5 5 19',
  filter: 'M4 6h16M7 12h10M10 18h4',
  star: 'M12 3l2.7 5.9 6.3.7-4.7 4.3 1.3 6.3L12 17l-5.6 3.2 1.3-6.3L3 9.6l6.3-.7Z',
  why: 'M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18Zm-2.7-11.3a2.7 2.7 0 1 1 4 2.3c-.9.5-1.3 1-1.3 2M12 17v.01',
  out: 'M9 5H5v14h14v-4M13 4h7v7M20 4l-9.5 9.5',
  back: 'M11 5l-7 7 7 7M4 12h16',
  lock: 'M6 11h12v9.5H6ZM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  plus: 'M12 5v14M5 12h14',
} as const
export type IconName = keyof typeof paths

/** A drawn sign; always beside words or under an aria-label, so hidden from screen readers. */
export function Icon({ name, filled = false }: { name: IconName; filled?: boolean }) {
  return (
    <svg viewBox="0 0 24 24" className={filled ? 'icon icon-filled' : 'icon'} aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}
