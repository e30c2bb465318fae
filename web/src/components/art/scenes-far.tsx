import { between, many, ridge, type Scenes, stars } from './drawing.tsx'

/** Far away: space, deserts, seas, mountains and battlefields. */
export const farScenes: Scenes = {
  'Sci-Fi': [
    (c, r) => {
      const x = between(r, 38, 82)
      const y = between(r, 62, 104)
      const size = between(r, 20, 34)
      return (
        <>
          {stars(c, r, 26, 176)}
          <circle cx={x} cy={y} r={size} fill={c.light} />
          <path
            d={`M${x - size} ${y}a${size} ${size} 0 0 0 ${size * 2} 0q${-size} ${size * 0.7} ${-size * 2} 0Z`}
            fill={c.form}
            opacity={0.45}
          />
          <ellipse
            cx={x}
            cy={y}
            rx={size * 1.75}
            ry={size * 0.42}
            fill="none"
            stroke={c.light}
            strokeWidth={2.4}
            transform={`rotate(${between(r, -28, 28)} ${x} ${y})`}
            opacity={0.85}
          />
        </>
      )
    },
    (c, r) => (
      <>
        {stars(c, r, 18, 90)}
        {many(5, (i) => (
          <circle
            key={i}
            cx={60}
            cy={150}
            r={22 + i * 20}
            fill="none"
            stroke={c.light}
            strokeWidth={1.2}
            opacity={0.75 - i * 0.12}
          />
        ))}
        <path d={`M0 150H120V180H0Z`} fill={c.form} />
        <path d={`M${between(r, 52, 60)} 40l5 14h-10ZM54 150l6-96 6 96Z`} fill={c.light} />
      </>
    ),
  ],
  Western: [
    (c, r) => (
      <>
        <circle cx={between(r, 36, 84)} cy={between(r, 66, 92)} r={between(r, 22, 32)} fill={c.light} />
        <path
          d={`M0 128h14l4-34h26l5 34h20l3-22h24l4 22h20v52H0Z`}
          fill={c.form}
          opacity={0.75}
          transform={`translate(${between(r, -10, 6)} 0)`}
        />
        <path d={ridge(r, 176, 22, 6, false)} fill={c.form} />
        <path d="M96 162v-34m0 16h-9v-9m9 2h8v-10" stroke={c.form} strokeWidth={5} fill="none" strokeLinecap="round" />
      </>
    ),
  ],
  War: [
    (c, r) => (
      <>
        {many(3, (i) => {
          const x = 20 + i * 40
          const to = between(r, 0, 120)
          return <path key={i} d={`M${x} 170 ${to - 10} 0h20Z`} fill={c.light} opacity={0.4} />
        })}
        <path d={ridge(r, 172, 30, 12)} fill={c.form} />
      </>
    ),
    (c, r) => (
      <>
        {many(4, (i) => (
          <path
            key={i}
            d={`M22 ${46 + i * 26}L60 ${26 + i * 26}l38 20v13L60 ${39 + i * 26}l-38 20Z`}
            fill={i === Math.floor(r() * 4) ? c.light : c.form}
            opacity={0.92}
          />
        ))}
      </>
    ),
  ],
  Adventure: [
    (c, r) => (
      <>
        <circle cx={between(r, 24, 96)} cy={between(r, 40, 64)} r={between(r, 12, 20)} fill={c.light} />
        <path d={ridge(r, 150, 76, 6)} fill={c.form} opacity={0.55} />
        <path d={ridge(r, 176, 66, 4)} fill={c.form} />
        <path d="M52 180q22-14 4-24t10-20" stroke={c.light} strokeWidth={3} fill="none" opacity={0.85} />
      </>
    ),
    (c, r) => {
      const y = between(r, 110, 126)
      return (
        <>
          <circle cx={60} cy={y - 30} r={38} fill={c.light} opacity={0.8} />
          <path
            d={`M32 ${y}h56l-10 16H42ZM60 ${y - 4}V${y - 66}l28 52ZM56 ${y - 8}V${y - 54}L36 ${y - 8}Z`}
            fill={c.form}
          />
          {many(4, (i) => (
            <path
              key={i}
              d={`M-8 ${y + 18 + i * 13}q15 -9 30 0t30 0 30 0 30 0 30 0`}
              stroke={c.form}
              strokeWidth={5}
              fill="none"
              opacity={0.9 - i * 0.15}
            />
          ))}
        </>
      )
    },
  ],
  Fantasy: [
    (c, r) => (
      <>
        {stars(c, r, 20)}
        <circle cx={between(r, 34, 86)} cy={between(r, 40, 60)} r={between(r, 14, 22)} fill={c.light} />
        <path
          d="M30 150V104h6v-8h6v8h6V80l12-22 12 22v24h6v-8h6v8h6v46Z"
          fill={c.form}
          transform={`translate(${between(r, -12, 12)} 4)`}
        />
        <path d={ridge(r, 178, 26, 4, false)} fill={c.form} />
      </>
    ),
    (c, r) => (
      <>
        {stars(c, r, 14, 170)}
        <path
          d={`M60 22l8 50 46 ${between(r, 14, 20)}-46 12-8 66-8-66-46-12 46-${between(r, 14, 20)}Z`}
          fill={c.light}
        />
      </>
    ),
  ],
  IMAX: [
    (c, r) => (
      <>
        {many(5, (i) => (
          <rect
            key={i}
            x={8 + i * 10}
            y={30 + i * 12}
            width={104 - i * 20}
            height={120 - i * 24}
            fill="none"
            stroke={c.light}
            strokeWidth={3}
            opacity={0.4 + i * 0.14}
          />
        ))}
        <circle cx={60} cy={90} r={between(r, 4, 9)} fill={c.light} />
      </>
    ),
  ],
}
