/** Text for an element or a quoted attribute. */
export const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')

/** Markup that is already safe. */
export type Html = string

/** An element; attributes are escaped, null and false ones left out, children taken as they are. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | boolean | null>>,
  ...children: readonly Html[]
): Html {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== false)
    .map(([key, value]) => (value === true ? ` ${key}` : ` ${key}="${escaped(String(value))}"`))
    .join('')
  return `<${name}${written}>${children.join('')}</${name}>`
}

/** 0.9177 with a real minus sign; grouped where it is a count. */
export const decimal = (value: number, digits: number): string => value.toFixed(digits).replace('-', '−')

export const grouped = (value: number): string => value.toLocaleString('en-GB')

/** +0.0031 or −0.0031. */
export const signed = (value: number, digits: number): string =>
  `${value.toFixed(digits).startsWith('-') ? '' : '+'}${decimal(value, digits)}`.replace(/^\+−/, '−')
