import { between, many, type Random } from './drawing.tsx'
import type { Palette } from './palettes.ts'

/** Scenes that several genres share. */

export const curtain = (c: Palette, r: Random) => {
  const open = between(r, 34, 48)
  const at = between(r, 50, 70)
  return (
    <>
      <path d={`M${at} -10 ${at - 34} 168H${at + 34}Z`} fill={c.light} opacity={0.28} />
      <ellipse cx={at} cy={166} rx={34} ry={6} fill={c.light} opacity={0.75} />
      {many(4, (i) => (
        <g key={i} fill={c.form} opacity={0.6 + i * 0.1}>
          <path d={`M${i * 9} 0Q${i * 9 + open * 0.7} 90 ${i * 6} 180H-4V0Z`} transform={`translate(${4 - i * 7} 0)`} />
          <path
            d={`M${i * 9} 0Q${i * 9 + open * 0.7} 90 ${i * 6} 180H-4V0Z`}
            transform={`translate(${116 + i * 7} 0) scale(-1 1)`}
          />
        </g>
      ))}
      <path
        d={`M${at} 128a5.5 5.5 0 1 1 .1 0M${at - 8} 166 ${at - 4} 138Q${at} 131 ${at + 4} 138L${at + 8} 166Z`}
        fill={c.form}
      />
    </>
  )
}

export const window = (c: Palette, r: Random) => {
  const lit = Math.floor(r() * 12)
  return (
    <>
      {many(12, (i) => (
        <rect
          key={i}
          x={20 + (i % 3) * 29}
          y={22 + Math.floor(i / 3) * 34}
          width={20}
          height={24}
          fill={i === lit || r() < 0.12 ? c.light : c.form}
          opacity={i === lit ? 1 : 0.72}
        />
      ))}
      <path d="M0 164H120V180H0Z" fill={c.form} />
    </>
  )
}

export const horizon = (c: Palette, r: Random) => {
  const y = between(r, 88, 118)
  const x = between(r, 30, 90)
  return (
    <>
      <circle cx={x} cy={y} r={between(r, 22, 34)} fill={c.light} opacity={0.9} />
      <path d={`M0 ${y}H120V180H0Z`} fill={c.form} />
      {many(6, (i) => (
        <path
          key={i}
          d={`M${x - 26 + i * 4 + r() * 6} ${y + 8 + i * 9}h${between(r, 22, 40)}`}
          stroke={c.light}
          strokeWidth={2}
          opacity={0.5 - i * 0.06}
        />
      ))}
    </>
  )
}
