/** Colours of a poster: the sky from top to bottom, what stands in it, and the light. */
export interface Palette {
  readonly top: string
  readonly bottom: string
  readonly form: string
  readonly light: string
}

const p = (top: string, bottom: string, form: string, light: string): Palette => ({ top, bottom, form, light })

/** The most telling genre first: what a movie of several genres is drawn as. */
export const palettes: Readonly<Record<string, readonly Palette[]>> = {
  'Film-Noir': [p('#0f1216', '#3a4149', '#08090b', '#f3ead2'), p('#15110f', '#4a3f37', '#0a0706', '#ffe3a8')],
  Western: [p('#f2a65a', '#c4502b', '#5b2415', '#ffe9bd'), p('#e8c07a', '#a8552f', '#40190f', '#fff1cf')],
  Horror: [p('#0d0b10', '#3d0d14', '#050406', '#d8323f'), p('#0b1210', '#1f3a2c', '#040706', '#b6d86a')],
  Musical: [p('#3b1450', '#b03072', '#230a33', '#ffd166'), p('#12284f', '#3c6fb4', '#0a1731', '#ffd88a')],
  Animation: [p('#58c4e0', '#c9f0d8', '#2b8a6f', '#ffd447'), p('#8a7bf0', '#ffc6dd', '#4b3fae', '#fff3a6')],
  Documentary: [p('#d8d2c4', '#9aa79c', '#3c4a45', '#f7f3ea'), p('#c9d3da', '#7d93a3', '#2f4251', '#fdf7e3')],
  'Sci-Fi': [p('#070d24', '#1f3f78', '#0a1738', '#7fe0ff'), p('#160a2b', '#4c2a86', '#0e0620', '#ff9ed8')],
  War: [p('#4b4a38', '#8d8460', '#23231a', '#e9d9a0'), p('#39424a', '#7c8a8a', '#1a2024', '#f0c27a')],
  Fantasy: [p('#1b1446', '#7a4fa8', '#130c33', '#f8e7a0'), p('#0c3340', '#3e8e8a', '#072028', '#ffe2b0')],
  Mystery: [p('#101c2c', '#33516b', '#070d16', '#f0c674'), p('#1f1a2e', '#51476e', '#0e0b17', '#e5d0ff')],
  Children: [p('#ffd86b', '#ff9f68', '#d1495b', '#fff6dd'), p('#8fd3f4', '#fbc2eb', '#5a67c9', '#fffbe0')],
  Romance: [p('#f6b8b0', '#c8486a', '#8c2049', '#ffe6dc'), p('#f3cfa8', '#b5546c', '#6d2347', '#fff0dc')],
  Crime: [p('#1c1716', '#5e2b23', '#0d0a09', '#e8a13c'), p('#161b22', '#41505e', '#0a0d11', '#e25c4a')],
  Adventure: [p('#f7c873', '#4f9d9a', '#1d4e50', '#fff2cf'), p('#8ec9d8', '#f0a868', '#7a3e26', '#fff6e0')],
  Thriller: [p('#0e1b22', '#2d5a66', '#061015', '#ffcf70'), p('#201020', '#643049', '#0f0710', '#ffb3a0')],
  Comedy: [p('#ffcf4a', '#ff8a5c', '#c2343f', '#fff8e2'), p('#7fd8be', '#fcefb4', '#e4572e', '#fffdf0')],
  Action: [p('#2a0f12', '#c8391f', '#140709', '#ffc23c'), p('#0f2333', '#e0662f', '#081520', '#ffe08a')],
  Drama: [
    p('#3a1518', '#8e2b34', '#1d0a0c', '#ffd9a0'),
    p('#122b33', '#3d6d72', '#091a20', '#f7d9a8'),
    p('#2b2140', '#6c558c', '#170f26', '#f9d5b0'),
  ],
  IMAX: [p('#0a1c33', '#2f74a8', '#061224', '#e8f6ff')],
}
export const plainPalette = p('#2c2420', '#6b5848', '#171210', '#ffd694')
const order = Object.keys(palettes)

/** What a movie is drawn as: its most telling genre, or now and then the second. */
export function tellingGenre(genres: readonly string[], random: () => number): string {
  const known = genres.filter((genre) => genre in palettes).sort((a, b) => order.indexOf(a) - order.indexOf(b))
  return known[known.length > 1 && random() < 0.3 ? 1 : 0] ?? ''
}
