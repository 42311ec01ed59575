/**
 * The page: type or paste, and see what is found. It is the same before a server and with the model in the browser;
 * what differs is the script that it asks (see `Answering`), and where that is to be had its link to a description.
 */
import { drawingScript } from '../io/draw/script.ts'
import { drawingStyle } from '../io/draw/style.ts'
import { pageScript } from './script.ts'

export interface PageFile {
  /** Beside the page, whose own is empty. */
  readonly path: string
  readonly type: string
  readonly content: string
}

const style = `${drawingStyle}
body{margin:0}
.page{max-width:78rem;margin:0 auto;padding:1.2rem clamp(.9rem,3vw,2rem) 3rem}
.page header{display:flex;flex-wrap:wrap;gap:.3rem 1rem;align-items:baseline;font-family:system-ui,sans-serif}
.page header h1{margin:0;font-size:1.25rem}
.page header p{margin:0;font-size:.85rem;color:var(--quiet)}
.page textarea{box-sizing:border-box;width:100%;min-height:7.5rem;margin:.8rem 0 .4rem;padding:.7rem .8rem;font:inherit;line-height:1.5;color:inherit;background:var(--page);border:1px solid var(--line);border-radius:.5rem;resize:vertical}
.page textarea:focus-visible{outline:2px solid var(--l0);outline-offset:1px}
.page .bar{display:flex;flex-wrap:wrap;gap:.45rem;align-items:center;font:.82rem/1.4 system-ui,sans-serif}
.page .bar button,.page .bar a{font:inherit;color:inherit;background:none;border:1px solid var(--line);border-radius:.45rem;padding:.25rem .7rem;cursor:pointer;text-decoration:none}
.page .bar button:hover,.page .bar a:hover{border-color:var(--quiet)}
.page .bar .state{margin-left:auto;color:var(--quiet)}
.page .bar .state.failed{color:var(--l7)}
.page #drawing{margin-top:.6rem}
.page #drawing article{border:0}
.page #drawing h2{position:absolute;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%)}
`

/** Who answers the page: a script that sets `globalThis.hmtlAnswers`, as `script.ts` says. */
export interface Answering {
  readonly script: string
  /** Whether it is a module. */
  readonly module: boolean
  /** HTML of a link to more, and what is said where there is no JavaScript. */
  readonly more: string
  readonly withoutScript: string
}

const page = ({ module, more, withoutScript }: Answering) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>hmtl</title><link rel="stylesheet" href="page.css"><link rel="icon" href="data:,"></head>
<body class="hmtl"><main class="hmtl page">
<header><h1>hmtl</h1><p>Who and what a text talks about: names, mentions, relations, and which of them are the same. <span id="model"></span></p></header>
<label for="text" hidden>Text</label>
<textarea id="text" aria-label="Text" placeholder="Type or paste a text" spellcheck="false" autofocus></textarea>
<div class="bar"><span>Try:</span><span id="examples" role="group" aria-label="Examples"></span>
<button type="button" id="link">Copy link</button><button type="button" id="json">Copy JSON</button>${more}
<span class="state" id="state" role="status"></span></div>
<div id="drawing" class="hmtl no-m"></div>
<noscript>${withoutScript}</noscript>
</main><script src="drawing.js"></script><script${module ? ' type="module"' : ''} src="answers.js"></script><script${module ? ' type="module"' : ''} src="page.js"></script></body></html>
`

const html = 'text/html; charset=utf-8'
const script = 'text/javascript; charset=utf-8'

/** The page and what it asks for beside itself. */
export const pageFiles = (answering: Answering): readonly PageFile[] => [
  { path: '', type: html, content: page(answering) },
  { path: 'page.css', type: 'text/css; charset=utf-8', content: style },
  { path: 'page.js', type: script, content: pageScript },
  { path: 'drawing.js', type: script, content: drawingScript },
  { path: 'answers.js', type: script, content: answering.script },
]
