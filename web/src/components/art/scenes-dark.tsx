import { between, many, ridge, type Scenes } from './drawing.tsx'
import { window } from './shared-scenes.tsx'

/** At night and in danger. */
export const darkScenes: Scenes = {
  Horror: [
    (c, r) => (
      <>
        <circle cx={between(r, 34, 86)} cy={between(r, 38, 62)} r={between(r, 16, 26)} fill={c.light} />
        <path d={ridge(r, 176, 74, 16)} fill={c.form} opacity={0.65} />
        <path d={ridge(r, 186, 60, 22)} fill={c.form} />
      </>
    ),
    (c, r) => {
      const y = between(r, 76, 100)
      return (
        <>
          <path
            d={`M8 ${y}Q60 ${y - 46} 112 ${y}Q60 ${y + 46} 8 ${y}Z`}
            fill={c.form}
            stroke={c.light}
            strokeWidth={2}
          />
          <circle cx={60} cy={y} r={19} fill={c.light} />
          <ellipse cx={60} cy={y} rx={between(r, 3, 9)} ry={18} fill={c.form} />
        </>
      )
    },
  ],
  Thriller: [
    (c, r) => {
      const lean = between(r, -10, 10)
      return (
        <>
          <rect x={14} y={18} width={92} height={124} fill={c.light} opacity={0.8} />
          {many(11, (i) => (
            <path
              key={i}
              d={`M8 ${22 + i * 11.5}L112 ${22 + i * 11.5 + lean}v7L8 ${29 + i * 11.5}Z`}
              fill={c.form}
              opacity={0.92}
            />
          ))}
          <path d="M0 150H120V180H0Z" fill={c.form} />
        </>
      )
    },
    window,
    (c, r) => (
      <>
        {many(7, (i) => (
          <rect
            key={i}
            x={8 + i * 7}
            y={14 + i * 10}
            width={104 - i * 14}
            height={152 - i * 20}
            fill={i % 2 === 0 ? c.form : c.bottom}
            opacity={0.75}
          />
        ))}
        <rect x={57} y={between(r, 80, 92)} width={6} height={16} fill={c.light} />
      </>
    ),
  ],
  'Film-Noir': [
    (c, r) => {
      const x = between(r, 34, 60)
      return (
        <>
          <path d={`M${x} 40 ${x - 26} 160H${x + 50}Z`} fill={c.light} opacity={0.5} />
          <path d={`M${x} 40v126M${x} 40h-9a9 9 0 0 1 18 0Z`} stroke={c.form} strokeWidth={3} fill={c.form} />
          <path d="M0 158H120V180H0Z" fill={c.form} />
          <path
            d={`M${x + 26} 158l5-32q5-8 10 0l5 32ZM${x + 26} 118h20M${x + 31} 118v-7h10v7a5 5 0 0 1-10 0Z`}
            fill={c.form}
            stroke={c.form}
            strokeWidth={2}
          />
        </>
      )
    },
  ],
  Crime: [
    (c, r) => {
      const y = between(r, 80, 100)
      return (
        <>
          {many(8, (i) => (
            <path
              key={i}
              d={`M${60 - 7 - i * 6} ${y + 22 + i * 3}V${y}a${7 + i * 6} ${7 + i * 7} 0 0 1 ${14 + i * 12} 0v${14 + i * 4}`}
              fill="none"
              stroke={i % 3 === 1 ? c.light : c.form}
              strokeWidth={3.2}
              strokeLinecap="round"
              strokeDasharray={i % 2 ? '40 5 60 6' : undefined}
            />
          ))}
        </>
      )
    },
    window,
    (c, r) => (
      <>
        {many(7, (i) => {
          const h = between(r, 50, 120)
          return (
            <rect
              key={i}
              x={i * 18 - 4}
              y={170 - h}
              width={19}
              height={h + 10}
              fill={c.form}
              opacity={0.75 + (i % 2) * 0.25}
            />
          )
        })}
        {many(16, (i) => (
          <rect key={`w${i}`} x={between(r, 2, 114)} y={between(r, 96, 166)} width={3} height={4} fill={c.light} />
        ))}
      </>
    ),
  ],
  Mystery: [
    (c, r) => {
      const y = between(r, 66, 84)
      return (
        <>
          <path d={`M60 ${y}l-${between(r, 46, 64)} 180h${between(r, 100, 130)}Z`} fill={c.light} opacity={0.25} />
          <path d={`M60 ${y - 24}a22 22 0 0 1 11 41l9 50H40l9-50a22 22 0 0 1 11-41Z`} fill={c.light} />
        </>
      )
    },
    (c, r) => (
      <>
        {many(5, (i) => (
          <path
            key={i}
            d={`M${10 + i * 3} ${168 - i * 26}h${34 + i * 2}v-24h${14}`}
            fill="none"
            stroke={c.form}
            strokeWidth={9}
          />
        ))}
        <rect x={between(r, 76, 88)} y={20} width={18} height={30} fill={c.light} />
      </>
    ),
  ],
  Action: [
    (c, r) => (
      <>
        {many(7, (i) => {
          const x = between(r, -50, 110)
          const w = between(r, 6, 22)
          return (
            <path
              key={i}
              d={`M${x} 180 ${x + 78} 0h${w}L${x + w} 180Z`}
              fill={i % 2 === 0 ? c.form : c.light}
              opacity={i % 2 === 0 ? 0.85 : 0.9}
            />
          )
        })}
      </>
    ),
    (c, r) => {
      const y = between(r, 72, 104)
      return (
        <>
          <path
            d={`M60 ${y}${many(16, (i) => `L${60 + Math.cos((i * Math.PI) / 8) * (i % 2 ? 26 : 70)} ${y + Math.sin((i * Math.PI) / 8) * (i % 2 ? 26 : 70)}`).join('')}Z`}
            fill={c.light}
            opacity={0.9}
            transform={`rotate(${between(r, 0, 40)} 60 ${y})`}
          />
          <path d={`M56 ${y + 2}a6 6 0 1 1 .1 0M48 ${y + 62}l6-50q6-8 12 0l8 50Z`} fill={c.form} />
          <path d="M0 156H120V180H0Z" fill={c.form} />
        </>
      )
    },
  ],
}
