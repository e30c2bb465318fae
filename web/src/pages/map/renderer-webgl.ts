import { rgb } from './marks.ts'
import type { PointColumns, Renderer } from './renderer.ts'

/** Most genres that a map can tell apart: the length of the uniform arrays. */
const marksAtMost = 64

const vertexShader = `#version 300 es
in vec2 at;
in float kind;
in float renown;
in float selected;
uniform vec2 middle, perUnit;
uniform float grow, ratio, selecting;
uniform vec4 marks[${marksAtMost}]; // red, green, blue, shape; shape -1: not shown
out vec3 colour;
flat out float shape;
out float strength;
out float size;
void main() {
  vec4 mark = marks[int(kind)];
  bool hidden = mark.w < 0.0;
  gl_Position = hidden ? vec4(2.0, 2.0, 0.0, 1.0) : vec4((at - middle) * perUnit, 0.0, 1.0);
  float out_of_focus = selecting * (1.0 - selected);
  float radius = (1.4 + 3.2 * renown * renown) * grow * (1.0 + 0.35 * selecting * selected);
  size = hidden ? 0.0 : 2.0 * (radius * 1.15 + 1.0) * ratio;
  gl_PointSize = size;
  colour = mark.rgb;
  shape = mark.w;
  strength = mix(0.86, 0.14, out_of_focus);
}`

// Signed distances to the shapes of marks.ts, in radii; the edge is smoothed over a pixel.
const fragmentShader = `#version 300 es
precision highp float;
in vec3 colour;
flat in float shape;
in float strength;
in float size;
uniform float ratio;
out vec4 ink;
float box(vec2 p, vec2 half_) { vec2 d = abs(p) - half_; return max(d.x, d.y); }
float triangle(vec2 p) { return max(p.y - 0.75, (abs(p.x) * 1.85 - (p.y + 1.1) * 1.05) / 2.127); }
float cross_(vec2 p) { return min(box(p, vec2(1.0, 0.35)), box(p, vec2(0.35, 1.0))); }
void main() {
  float radius = (size / 2.0 - ratio) / 1.15;
  vec2 p = (gl_PointCoord - 0.5) * size / radius;
  float d;
  if (shape < 0.5) d = length(p) - 1.0;
  else if (shape < 1.5) d = triangle(p);
  else if (shape < 2.5) d = box(p, vec2(0.85));
  else if (shape < 3.5) d = cross_(p);
  else if (shape < 4.5) d = abs(length(p) - 0.775) - 0.225;
  else if (shape < 5.5) d = max(triangle(p), -triangle(p) - 0.45);
  else if (shape < 6.5) d = max(box(p, vec2(0.85)), -box(p, vec2(0.45)));
  else d = cross_(mat2(0.7071, -0.7071, 0.7071, 0.7071) * p);
  float cover = clamp(0.5 - d * radius, 0.0, 1.0) * strength;
  if (cover <= 0.0) discard;
  ink = vec4(colour * cover, cover);
}`

/** All points in one draw call a frame; moving the camera writes uniforms only. Null where the browser has no WebGL 2. */
export function webglRenderer(canvas: HTMLCanvasElement): Renderer | null {
  const gl = canvas.getContext('webgl2', { alpha: true, antialias: false, premultipliedAlpha: true })
  if (!gl) return null
  const program = link(gl)
  if (!program) return null
  const uniform = (name: string) => gl.getUniformLocation(program, name)
  const places = {
    middle: uniform('middle'),
    perUnit: uniform('perUnit'),
    grow: uniform('grow'),
    ratio: uniform('ratio'),
    selecting: uniform('selecting'),
    marks: uniform('marks'),
  }
  const buffers = {
    at: gl.createBuffer(),
    kind: gl.createBuffer(),
    renown: gl.createBuffer(),
    selected: gl.createBuffer(),
  }
  let points: PointColumns | null = null

  const fill = (name: keyof typeof buffers, data: Float32Array | Uint8Array, width: number): void => {
    const place = gl.getAttribLocation(program, name)
    gl.bindBuffer(gl.ARRAY_BUFFER, buffers[name])
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW)
    gl.enableVertexAttribArray(place)
    gl.vertexAttribPointer(place, width, data instanceof Uint8Array ? gl.UNSIGNED_BYTE : gl.FLOAT, false, 0, 0)
  }

  return {
    kind: 'webgl2',
    setPoints(next) {
      points = next
      const count = next.x.length
      // Drawn from the least known to the best, which so come out on top.
      const at = new Float32Array(2 * count)
      const kind = new Uint8Array(count)
      const renown = new Float32Array(count)
      for (let n = 0; n < count; n++) {
        const from = count - 1 - n
        at[2 * n] = next.x[from]!
        at[2 * n + 1] = next.y[from]!
        kind[n] = next.genre[from]!
        renown[n] = Math.log1p(next.ratings[from]!) / Math.log1p(Math.max(next.most, 1))
      }
      fill('at', at, 2)
      fill('kind', kind, 1)
      fill('renown', renown, 1)
      fill('selected', new Uint8Array(count), 1)
    },
    setSelected(selected) {
      fill('selected', selected.toReversed(), 1)
    },
    draw({ camera, size, ratio, magnification, shown, colours, selecting }) {
      gl.viewport(0, 0, canvas.width, canvas.height)
      gl.clearColor(0, 0, 0, 0)
      gl.clear(gl.COLOR_BUFFER_BIT)
      if (!points || points.x.length === 0) return
      // biome-ignore lint/correctness/useHookAtTopLevel: WebGL's, not React's
      gl.useProgram(program)
      gl.enable(gl.BLEND)
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
      gl.uniform2f(places.middle, camera.x, camera.y)
      gl.uniform2f(places.perUnit, (2 * camera.scale) / size.width, (-2 * camera.scale) / size.height)
      gl.uniform1f(places.grow, Math.min(Math.max(magnification, 1) ** 0.35, 2.6))
      gl.uniform1f(places.ratio, ratio)
      gl.uniform1f(places.selecting, selecting ? 1 : 0)
      const table = new Float32Array(4 * marksAtMost)
      points.marks.slice(0, marksAtMost).forEach(({ shape }, n) => {
        table.set([...rgb(colours[n]!), shown[n] === 1 ? shape : -1], 4 * n)
      })
      gl.uniform4fv(places.marks, table)
      gl.drawArrays(gl.POINTS, 0, points.x.length)
    },
    dispose() {
      for (const buffer of Object.values(buffers)) gl.deleteBuffer(buffer)
      gl.deleteProgram(program)
    },
  }
}

function link(gl: WebGL2RenderingContext): WebGLProgram | null {
  const program = gl.createProgram()
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertexShader],
    [gl.FRAGMENT_SHADER, fragmentShader],
  ] as const) {
    const shader = gl.createShader(type)
    if (!shader) return null
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) {
      console.warn(
        `marquee: the map's shader does not compile here, a plain canvas is used: ${gl.getShaderInfoLog(shader)}`,
      )
      return null
    }
    gl.attachShader(program, shader)
  }
  gl.linkProgram(program)
  if (gl.getProgramParameter(program, gl.LINK_STATUS)) return program
  console.warn(`marquee: the map's shaders do not link here, a plain canvas is used: ${gl.getProgramInfoLog(program)}`)
  return null
}
