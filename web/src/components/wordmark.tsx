/** Letters as strokes in a box 20 high; drawn, so that the lettering needs no font. */
const letters: readonly (readonly [width: number, path: string])[] = [
  [14, 'M0 20V0L7 11 14 0V20'],
  [12, 'M0 20V5L4 0H8L12 5V20M0 12.5H12'],
  [11, 'M0 20V0H8L11 3V7.5L8 10.5H0M6 10.5 11 20'],
  [12, 'M6 20H3.5L0 16V4L3.5 0H8.5L12 4V16L8.5 20H6M7.5 14.5 13 21'],
  [11, 'M0 0V16.5L3 20H8L11 16.5V0'],
  [9, 'M9 0H0V20H9M0 10H7.5'],
  [9, 'M9 0H0V20H9M0 10H7.5'],
]

/** A lit letter board: dark letters on warm glass, held by rails, with a row of lamps above and below. */
export function Wordmark() {
  let x = 13
  const drawn = letters.map(([width, path], i) => {
    const at = x
    x += width + 7.5
    // biome-ignore lint/suspicious/noArrayIndexKey: the letters never change order
    return <path key={i} d={path} transform={`translate(${at} 14)`} />
  })
  const width = x + 5
  const lamps = Array.from({ length: 15 }, (_, i) => 6 + (i * (width - 12)) / 14)
  return (
    <svg className="wordmark" viewBox={`0 0 ${width} 48`} aria-hidden="true" focusable="false">
      <rect className="wordmark-frame" x="0" y="0" width={width} height="48" rx="6" />
      <rect className="wordmark-glass" x="4" y="8" width={width - 8} height="32" rx="2.5" />
      <path className="wordmark-rail" d={`M4 12.2H${width - 4}M4 35.8H${width - 4}`} />
      <g className="wordmark-letters">{drawn}</g>
      <g className="wordmark-lamps">
        {lamps.map((at) => (
          <g key={at}>
            <circle cx={at} cy="4" r="1.5" />
            <circle cx={at} cy="44" r="1.5" />
          </g>
        ))}
      </g>
    </svg>
  )
}
