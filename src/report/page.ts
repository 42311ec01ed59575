/** What pages of results share: escaping, tables, a plain look by day and by night. No script. */

export const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)

export const percent = (value: number): string => (100 * value).toFixed(1)

/** A table in a frame of its own, which scrolls where the page is narrower. @param rows HTML */
export const framed = (rows: string): string => `<div class="frame" tabindex="0"><table>${rows}</table></div>`

export const tableOf = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string => {
  const cells = (tag: 'td' | 'th', row: readonly (string | number)[]) =>
    `<tr>${row.map((cell) => `<${tag}>${escaped(String(cell))}</${tag}>`).join('')}</tr>`
  return framed(`${cells('th', head)}${rows.map((row) => cells('td', row)).join('')}`)
}

/** The style of a cell shaded by a share from 0 to 1, readable on either ground. */
export const shade = (hue: number, share: number): string =>
  `background:hsl(${hue} 70% 50% / ${(0.5 * share).toFixed(3)})`

const style = `
:root{color-scheme:light dark;--ink:#222;--ground:#fff;--soft:#666;--rule:#e2e2e2;--warn:#a33;--tone:42%}
@media(prefers-color-scheme:dark){:root{--ink:#ddd;--ground:#16181b;--soft:#9a9a9a;--rule:#34373b;--warn:#f88;--tone:65%}}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:var(--ink);background:var(--ground)}
h1,h2,h3,p{overflow-wrap:anywhere}
figure{margin:1.5rem 0}figcaption{font-weight:600}figcaption span{font-weight:400;margin-left:.8em;display:inline-block}
svg{display:block;width:100%;height:auto;max-height:24rem}svg text{font-size:11px;fill:var(--soft)}
.line{fill:none;stroke-width:1.8}.rules line{stroke:var(--rule)}
.frame{overflow-x:auto;margin:.5rem 0 1.5rem}
table{border-collapse:collapse}td,th{padding:.2rem .8rem;text-align:right;border-bottom:1px solid var(--rule)}
td:first-child,th:first-child{text-align:left}
.square th:first-child{vertical-align:bottom}
.square td,.square th{padding:.2rem .45rem}
.square th:not(:first-child){writing-mode:vertical-rl;transform:rotate(180deg);text-align:left;border:0;font-weight:400}
@media(max-width:40rem){svg text{font-size:18px}.line{stroke-width:3}h1{font-size:1.4rem}
table{font-size:.75rem;line-height:1.3}.frame td,.frame th{padding:.25rem .25rem}td:first-child{overflow-wrap:anywhere;min-width:4.5rem}}
.warning{border-left:4px solid var(--warn);padding-left:.8rem}
`

/** A page of its own. @param body HTML */
export const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(title)}</title><style>${style}</style></head><body><h1>${escaped(title)}</h1>${body}</body></html>\n`
