/** How drawings look: light and dark, from a phone to a wide window. */
import { paletteStyle } from './palette.ts'

/** The style of drawings; all of it holds within an element of the class `hmtl`. */
export const drawingStyle: string = `${paletteStyle()}
.hmtl{background:var(--page);color:var(--text);font:17px/1.9 Charter,"Bitstream Charter","Iowan Old Style",Georgia,serif;overflow-wrap:anywhere}
.hmtl h1,.hmtl h2,.hmtl h3,.hmtl aside,.hmtl .controls,.hmtl b,.hmtl sup,.hmtl small{font-family:system-ui,-apple-system,"Segoe UI",sans-serif}
.hmtl h1{font-size:1.3rem;line-height:1.3;margin:0 0 1rem}
.hmtl article>h2{padding-left:.95rem}
.hmtl h2{font-size:.8rem;line-height:1.4;font-weight:600;color:var(--quiet);margin:0 0 .4rem}
.hmtl h3{font-size:.72rem;letter-spacing:.06em;text-transform:uppercase;color:var(--quiet);margin:0 0 .35rem}
.hmtl article{border-top:1px solid var(--line);padding:1.1rem 0 1.4rem;content-visibility:auto;contain-intrinsic-size:auto 16rem}
.hmtl .both{display:grid;grid-template-columns:minmax(0,1fr) minmax(13rem,19rem);gap:1rem 2.2rem}
.hmtl .both>.text:only-child{grid-column:1/-1}
.hmtl .text{position:relative;padding-left:.8rem;white-space:pre-wrap;line-height:2.15;max-width:46rem}
.hmtl .text>div{content-visibility:auto;contain-intrinsic-size:auto 24rem;padding:0 .15em}
.hmtl .text span{unicode-bidi:isolate;border-radius:.28em}
.hmtl .e{background:var(--b);padding:.12em .28em;box-decoration-break:clone;-webkit-box-decoration-break:clone}
.hmtl .e>b,.hmtl .m>b{font-size:.58em;font-weight:700;letter-spacing:.02em;color:var(--l);margin-left:.4em;vertical-align:.12em;user-select:none}
.hmtl .m{border-bottom:2px solid var(--l);padding-bottom:.06em}
.hmtl .m .h{font-weight:600}
.hmtl .c>sup{font-size:.56em;font-weight:700;line-height:0;color:var(--l);margin-left:.12em;user-select:none}
.hmtl .c{text-decoration:underline dotted var(--l) 2px;text-underline-offset:.28em}
.hmtl .lit,.hmtl li.lit{background:var(--b);box-shadow:0 0 0 2px var(--l)}
.hmtl .a.lit{--l:currentColor;background:none}
.hmtl :is(span,li,button,input):focus-visible{outline:2px solid var(--text);outline-offset:2px}
.hmtl aside{font-size:.82rem;line-height:1.45;display:grid;gap:1rem;align-content:start}
.hmtl aside ul{list-style:none;margin:0;padding:0;display:grid;gap:.3rem}
.hmtl aside li{padding:.12rem .35rem;border-radius:.3rem;cursor:default}
.hmtl aside li span{font-weight:600}
.hmtl aside li i{color:var(--l);font-style:normal;font-weight:600}
.hmtl aside li sup{color:var(--l);font-weight:700}
.hmtl aside small{white-space:nowrap}.hmtl aside small,.hmtl aside p{color:var(--quiet);margin:0}
.hmtl svg.arcs{position:absolute;inset:0;width:100%;height:100%;overflow:visible;pointer-events:none}
.hmtl svg.arcs path{fill:none;stroke:var(--l);stroke-width:1.3;stroke-linejoin:round}
.hmtl svg.arcs text{font:600 10.5px system-ui,sans-serif;fill:var(--l);paint-order:stroke;stroke:var(--page);stroke-width:4px;text-anchor:middle}
.hmtl svg.arcs .lit path{stroke-width:2.6}
.hmtl .dim,.hmtl svg.arcs .dim{opacity:.16}
.hmtl.with-arcs .text{line-height:calc(2.15em + var(--levels,0)*12px);padding-top:calc(var(--levels,0)*6px)}
.hmtl.no-e .e{background:none;padding:0;outline:none}.hmtl.no-e .e>b{display:none}
.hmtl.no-m .m{border:0;padding:0;outline:none}.hmtl.no-m .m>b{display:none}.hmtl.no-m .h{font-weight:inherit}
.hmtl.no-c .c{text-decoration:none;outline:none}.hmtl.no-c .c>sup,.hmtl.no-c .clusters{display:none}
.hmtl.no-r .relations,.hmtl.no-r svg.arcs{display:none}
.hmtl .off{background:none!important;border-color:transparent!important;outline:none}.hmtl .off>b{display:none}.hmtl li.off{display:none}
.hmtl .controls{position:sticky;top:0;z-index:2;background:var(--page);border-bottom:1px solid var(--line);padding:.5rem 0;display:flex;flex-wrap:wrap;gap:.4rem .9rem;align-items:center;font-size:.8rem;line-height:1.4}
.hmtl .controls label{display:inline-flex;gap:.35rem;align-items:center}
.hmtl .controls .legend{display:flex;flex-wrap:wrap;gap:.3rem;flex-basis:100%}
.hmtl .controls button{font:inherit;font-weight:600;border:0;border-radius:1rem;padding:.12rem .6rem;background:var(--b);color:var(--l);cursor:pointer}
.hmtl .controls button[aria-pressed=false]{background:none;color:var(--quiet);text-decoration:line-through}
.hmtl .right{box-shadow:inset 0 -3px 0 #1a7f37}.hmtl .missed{background:none;outline:2px dashed #c93c20;outline-offset:-1px}
.hmtl .extra{outline:2px solid #c93c20;outline-offset:-1px}.hmtl .wrong{outline:3px double #c93c20;outline-offset:-1px}
@media(max-width:46rem){.hmtl{font-size:16px}.hmtl .both{grid-template-columns:minmax(0,1fr)}}
@media(prefers-reduced-motion:no-preference){.hmtl .e,.hmtl .c,.hmtl li{transition:box-shadow .12s}}
@media print{.hmtl .controls{display:none}}
`
