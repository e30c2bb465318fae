import { between, many, ridge, type Scenes } from './drawing.tsx'
import { curtain, horizon, window } from './shared-scenes.tsx'

/** Among people, and for children. */
export const brightScenes: Scenes = {
  Romance: [
    (c, r) => {
      const size = between(r, 26, 36)
      const apart = between(r, 12, 20)
      const y = between(r, 74, 100)
      return (
        <>
          <circle cx={60 - apart} cy={y} r={size} fill={c.light} opacity={0.85} />
          <circle cx={60 + apart} cy={y} r={size} fill={c.form} opacity={0.75} />
          <path d="M0 152H120V180H0Z" fill={c.form} opacity={0.55} />
        </>
      )
    },
    horizon,
  ],
  Comedy: [
    (c, r) => (
      <>
        {many(13, (i) => (
          <circle
            key={i}
            cx={between(r, 0, 120)}
            cy={between(r, 0, 180)}
            r={between(r, 4, 17)}
            fill={i % 3 === 0 ? c.light : c.form}
            opacity={i % 3 === 0 ? 0.95 : 0.8}
          />
        ))}
      </>
    ),
    (c, r) => {
      const y = between(r, 78, 98)
      return (
        <>
          <circle cx={60} cy={y} r={42} fill={c.light} />
          <path d={`M34 ${y + 4}a26 26 0 0 0 52 0Z`} fill={c.form} />
          <circle cx={46} cy={y - 13} r={between(r, 4, 6.5)} fill={c.form} />
          <circle cx={74} cy={y - 13} r={between(r, 4, 6.5)} fill={c.form} />
        </>
      )
    },
    (c, r) => (
      <>
        {many(9, (i) => (
          <path
            key={i}
            d={`M60 90 ${60 + 150 * Math.cos((i * 2 * Math.PI) / 9)} ${90 + 150 * Math.sin((i * 2 * Math.PI) / 9)} ${60 + 150 * Math.cos(((i + 0.5) * 2 * Math.PI) / 9)} ${90 + 150 * Math.sin(((i + 0.5) * 2 * Math.PI) / 9)}Z`}
            fill={c.form}
            opacity={0.5}
          />
        ))}
        <circle cx={60} cy={90} r={between(r, 24, 36)} fill={c.light} />
      </>
    ),
  ],
  Drama: [
    curtain,
    horizon,
    window,
    (c, r) => {
      const split = between(r, 44, 76)
      const y = between(r, 66, 92)
      return (
        <>
          <path d={`M${split} 0H120V180H${split}Z`} fill={c.form} opacity={0.85} />
          <path d={`M${split} ${y - 34}a34 34 0 0 0 0 68Z`} fill={c.form} />
          <path d={`M${split} ${y - 34}a34 34 0 0 1 0 68Z`} fill={c.light} />
        </>
      )
    },
    (c, r) => (
      <>
        {many(6, (i) => (
          <path
            key={i}
            d={ridge(r, 92 + i * 20, 26, 4, false)}
            fill={i % 2 === 0 ? c.form : c.light}
            opacity={0.3 + i * 0.06}
          />
        ))}
      </>
    ),
  ],
  Animation: [
    (c, r) => (
      <>
        <circle cx={between(r, 26, 94)} cy={between(r, 34, 62)} r={between(r, 15, 24)} fill={c.light} />
        <path d={ridge(r, 140, 40, 4, false)} fill={c.form} opacity={0.45} />
        <path d={ridge(r, 160, 36, 4, false)} fill={c.form} opacity={0.7} />
        <path d={ridge(r, 180, 34, 4, false)} fill={c.form} />
      </>
    ),
    (c, r) => (
      <>
        {many(6, (i) => (
          <path
            key={i}
            d={`M${60 - 60 + i * 9} 150a${60 - i * 9} ${60 - i * 9} 0 0 1 ${120 - i * 18} 0`}
            fill="none"
            stroke={i % 2 ? c.light : c.form}
            strokeWidth={9}
            opacity={0.9}
          />
        ))}
        <circle cx={between(r, 18, 34)} cy={150} r={14} fill={c.light} />
        <circle cx={between(r, 88, 102)} cy={152} r={16} fill={c.light} />
        <path d="M0 154H120V180H0Z" fill={c.light} />
      </>
    ),
  ],
  Children: [
    (c, r) => (
      <>
        {many(5, (i) => {
          const x = 18 + i * 21
          const y = between(r, 36, 96)
          return (
            <g key={i}>
              <path d={`M${x} ${y + 16}Q${x + 6} ${y + 50} 60 172`} stroke={c.form} strokeWidth={1.2} fill="none" />
              <ellipse cx={x} cy={y} rx={12} ry={15} fill={i % 2 === 0 ? c.form : c.light} />
            </g>
          )
        })}
      </>
    ),
  ],
  Documentary: [
    (c, r) => {
      const turn = between(r, 0, 60)
      return (
        <>
          <circle cx={60} cy={84} r={46} fill={c.form} />
          {many(6, (i) => (
            <path
              key={i}
              d="M60 84 60 38A46 46 0 0 1 99.8 61L74 84Z"
              fill={i % 2 === 0 ? c.bottom : c.top}
              stroke={c.form}
              strokeWidth={1.5}
              transform={`rotate(${i * 60 + turn} 60 84)`}
            />
          ))}
          <circle cx={60} cy={84} r={13} fill={c.light} />
          <path d="M14 156H106M14 164H74" stroke={c.form} strokeWidth={3} />
        </>
      )
    },
    (c, r) => (
      <>
        {many(4, (i) => (
          <rect
            key={i}
            x={26}
            y={10 + i * 42}
            width={68}
            height={34}
            fill={i === Math.floor(r() * 4) ? c.light : c.bottom}
            stroke={c.form}
            strokeWidth={2}
          />
        ))}
        {many(13, (i) => (
          <g key={i} fill={c.form}>
            <rect x={9} y={6 + i * 14} width={8} height={8} rx={2} />
            <rect x={103} y={6 + i * 14} width={8} height={8} rx={2} />
          </g>
        ))}
      </>
    ),
  ],
  Musical: [
    (c, r) => (
      <>
        {many(9, (i) => {
          const h = between(r, 20, 120)
          return (
            <rect
              key={i}
              x={8 + i * 12}
              y={156 - h}
              width={8}
              height={h}
              rx={4}
              fill={i % 3 === 1 ? c.light : c.form}
              opacity={0.95}
            />
          )
        })}
      </>
    ),
    (c, r) => {
      const x = between(r, 44, 62)
      return (
        <>
          <circle cx={60} cy={86} r={48} fill={c.form} />
          {many(5, (i) => (
            <circle
              key={i}
              cx={60}
              cy={86}
              r={44 - i * 6}
              fill="none"
              stroke={c.light}
              strokeWidth={0.7}
              opacity={0.5}
            />
          ))}
          <circle cx={60} cy={86} r={13} fill={c.light} />
          <path d={`M${x + 44} 26 ${x + 30} 112`} stroke={c.light} strokeWidth={3} strokeLinecap="round" />
        </>
      )
    },
  ],
}
