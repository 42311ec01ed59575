/**
 * What makes a picture of a document something to explore, as JavaScript for browsers: layers and labels to switch,
 * a slider for scores, arcs over the text, clusters and relations that light up by hover, focus and arrow keys. Pages
 * work without it. It asks nobody for anything and writes text only as text.
 */
export const drawingScript = `'use strict'
globalThis.hmtlDrawing = (() => {
  const SVG = 'http://www.w3.org/2000/svg'
  const layers = [['e', 'Entities'], ['m', 'Mentions'], ['r', 'Relations'], ['c', 'Coreference']]
  const make = (name, attributes = {}, text) => {
    const element = document.createElement(name)
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
    if (text !== undefined) element.textContent = text
    return element
  }
  const all = (root, selector) => Array.from(root.querySelectorAll(selector))
  const kindOf = (element) => (element.getAttribute('class') || '').split(/\\s+/).filter((name) => /^[kv]\\d+$/.test(name)).join(' ')
  const selectorOf = { e: '.text .e', m: '.text .m', r: '.relations li', c: '.text .c' }

  /** Arcs of the relations that can be seen, over the text of one article. */
  const drawArcs = (root, article) => {
    const text = article.querySelector('.text')
    const old = text.querySelector(':scope > svg.arcs')
    if (old) old.remove()
    if (root.classList.contains('no-r')) return
    const lines = all(article, '.relations li:not(.off)')
    if (lines.length === 0) return
    const anchors = new Map(all(text, '.a').map((anchor) => [anchor.dataset.a, anchor]))
    const seen = (rect) => rect.bottom > -400 && rect.top < innerHeight + 400
    /**
     * Places of the arcs that can be seen: sideways parts a line of text, each with the height that keeps it off the
     * others.
     */
    const measure = () => {
      const box = text.getBoundingClientRect()
      const arcs = []
      lines.forEach((line, index) => {
        const ends = [anchors.get(line.dataset.from), anchors.get(line.dataset.to)]
        if (!ends[0] || !ends[1]) return
        const rects = ends.map((end) => end.getClientRects()[0])
        if (!rects[0] || !rects[1] || !rects.some(seen)) return
        const [x1, x2] = rects.map((rect) => rect.left + rect.width / 2 - box.left)
        const [y1, y2] = rects.map((rect) => Math.round(rect.top - box.top))
        const half = 3.3 * line.dataset.l.length + 6
        const part = (y, from, to, middle) => ({ y, from: Math.min(from, middle - half), to: Math.max(to, middle + half), level: 0 })
        // What joins two lines goes by the left margin.
        const same = Math.abs(y1 - y2) < 4
        const middle = same ? (x1 + x2) / 2 : Math.max(half + 8, x1 / 2)
        const parts = same
          ? [part(y1, Math.min(x1, x2), Math.max(x1, x2), middle)]
          : [part(y1, 4, x1, middle), { y: y2, from: 4, to: x2, level: 0 }]
        arcs.push({ line, index, x1, x2, y1, y2, same, middle, parts, width: parts.reduce((sum, { from, to }) => sum + to - from, 0) })
      })
      const taken = []
      for (const { parts } of [...arcs].sort((a, b) => a.width - b.width))
        for (const one of parts) {
          const beside = taken.filter((other) => Math.abs(other.y - one.y) < 4 && other.from < one.to + 4 && one.from < other.to + 4)
          while (beside.some(({ level }) => level === one.level)) one.level++
          taken.push(one)
        }
      return arcs
    }
    const levels = (arcs) => 1 + Math.max(-1, ...arcs.flatMap(({ parts }) => parts.map(({ level }) => level)))
    const found = measure()
    // Lines move apart to make room, which moves all that was measured.
    text.style.setProperty('--levels', String(Math.min(8, levels(found))))
    const svg = document.createElementNS(SVG, 'svg')
    svg.setAttribute('class', 'arcs')
    svg.setAttribute('aria-hidden', 'true')
    for (const { line, index, x1, x2, y1, y2, same, middle, parts } of measure()) {
      const up = ({ y, level }) => y - 7 - 12 * level
      const [first, last] = [up(parts[0]), up(parts[parts.length - 1])]
      const group = document.createElementNS(SVG, 'g')
      group.setAttribute('class', kindOf(line))
      group.dataset.index = String(index)
      const path = document.createElementNS(SVG, 'path')
      path.setAttribute('d', 'M' + x1 + ' ' + y1 + 'V' + first + (same ? '' : 'H4V' + last) + 'H' + x2 + 'V' + y2)
      const arrow = document.createElementNS(SVG, 'path')
      arrow.setAttribute('d', 'M' + (x2 - 3) + ' ' + (y2 - 5) + 'L' + x2 + ' ' + y2 + 'L' + (x2 + 3) + ' ' + (y2 - 5))
      const label = document.createElementNS(SVG, 'text')
      label.setAttribute('x', String(middle))
      label.setAttribute('y', String(first + 3.5))
      label.textContent = line.dataset.l
      group.append(path, arrow, label)
      svg.append(group)
    }
    text.append(svg)
  }

  const draw = (root) => {
    const articles = all(root, 'article')
    let pending = false
    const arcs = () => {
      if (pending) return
      pending = true
      requestAnimationFrame(() => {
        pending = false
        for (const article of articles) {
          const { top, bottom } = article.getBoundingClientRect()
          if (bottom > -400 && top < innerHeight + 400) drawArcs(root, article)
        }
      })
    }

    /** What is lit of an article: a cluster, or a relation with its two ends. */
    const light = (article, chosen) => {
      for (const element of all(article, '.lit')) element.classList.remove('lit')
      for (const group of all(article, 'svg.arcs g')) group.classList.remove('dim')
      if (!chosen) return
      if (chosen.dataset.c !== undefined)
        for (const element of all(article, '[data-c="' + chosen.dataset.c + '"]')) element.classList.add('lit')
      if (chosen.dataset.from !== undefined) {
        chosen.classList.add('lit')
        for (const name of [chosen.dataset.from, chosen.dataset.to])
          for (const element of all(article, '.a[data-a="' + name + '"]')) (element.closest('.e,.c,.m') || element).classList.add('lit')
        const index = String(all(article, '.relations li:not(.off)').indexOf(chosen))
        for (const group of all(article, 'svg.arcs g')) group.classList.add(group.dataset.index === index ? 'lit' : 'dim')
      }
    }
    const chosenOf = (target) => {
      const at = target instanceof Element ? target : target && target.parentElement
      const item = at && at.closest('.relations li, .clusters li')
      if (item) return item
      const span = at && at.closest('.text .c')
      return span && !root.classList.contains('no-c') ? span : null
    }
    for (const article of articles) {
      article.addEventListener('mouseover', (event) => light(article, chosenOf(event.target)))
      article.addEventListener('mouseleave', () => light(article, null))
      article.addEventListener('focusin', (event) => light(article, chosenOf(event.target)))
      article.addEventListener('focusout', () => light(article, null))
      // One stop for the tabulator a text; arrows go on from there: sideways along the text, up and down within a
      // cluster.
      const stopsOf = () => all(article, ['c', 'e', 'm'].filter((kind) => !root.classList.contains('no-' + kind)).map((kind) => '.text .' + kind).join() || '.none')
      const [first] = stopsOf()
      if (first) first.tabIndex = 0
      article.addEventListener('keydown', (event) => {
        const here = event.target.closest && event.target.closest('.text .c, .text .e, .text .m')
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
        if (!here || step === undefined) return
        const along = event.key === 'ArrowRight' || event.key === 'ArrowLeft'
        const cluster = here.closest('.c') || here.querySelector('.c')
        if (!along && !cluster) return
        const stops = along ? stopsOf() : all(article, '.text .c[data-c="' + cluster.dataset.c + '"]')
        const next = stops[stops.indexOf(along ? here : cluster) + step]
        if (!next) return
        event.preventDefault()
        here.tabIndex = -1
        next.tabIndex = 0
        next.focus()
      })
    }

    const controls = make('div', { class: 'controls', role: 'group', 'aria-label': 'What is shown' })
    const here = layers.filter(([kind]) => root.querySelector(kind === 'r' ? '.relations' : selectorOf[kind]))
    for (const [kind, name] of here) {
      const label = make('label')
      const box = make('input', { type: 'checkbox' })
      box.checked = !root.classList.contains('no-' + kind)
      box.addEventListener('change', () => {
        root.classList.toggle('no-' + kind, !box.checked)
        if (kind === 'r') root.classList.toggle('with-arcs', box.checked)
        arcs()
      })
      label.append(box, name)
      controls.append(label)
    }
    const scored = all(root, '[data-p]')
    const off = new Set()
    let least = 0
    const sift = () => {
      for (const element of all(root, '[data-l]')) {
        const p = element.dataset.p
        element.classList.toggle('off', off.has(element.dataset.l) || (p !== undefined && Number(p) < least))
      }
      arcs()
    }
    if (scored.length > 0) {
      const label = make('label', {}, 'At least ')
      const slider = make('input', { type: 'range', min: '0', max: '99', value: '0', 'aria-label': 'Least score in percent' })
      const shown = make('output', {}, '0 %')
      slider.addEventListener('input', () => {
        least = Number(slider.value)
        shown.textContent = slider.value + ' %'
        sift()
      })
      label.append(slider, shown)
      controls.append(label)
    }
    const counts = new Map()
    for (const element of all(root, '[data-l]')) {
      const found = counts.get(element.dataset.l) || { kind: kindOf(element), count: 0 }
      found.count++
      counts.set(element.dataset.l, found)
    }
    const legend = make('div', { class: 'legend', role: 'group', 'aria-label': 'Labels' })
    for (const [name, { kind, count }] of [...counts].sort((a, b) => b[1].count - a[1].count).slice(0, 60)) {
      const button = make('button', { type: 'button', class: kind, 'aria-pressed': 'true' }, name + ' ' + count)
      button.addEventListener('click', () => {
        const on = off.has(name)
        if (on) off.delete(name)
        else off.add(name)
        button.setAttribute('aria-pressed', String(on))
        sift()
      })
      legend.append(button)
    }
    if (counts.size > 0) controls.append(legend)
    const before = root.querySelector(':scope > .controls')
    if (before) before.remove()
    if (here.length > 0) root.insertBefore(controls, articles[0] || null)
    root.classList.toggle('with-arcs', here.some(([kind]) => kind === 'r') && !root.classList.contains('no-r'))
    arcs()
    addEventListener('scroll', arcs, { passive: true })
    addEventListener('resize', arcs)
    return () => {
      removeEventListener('scroll', arcs)
      removeEventListener('resize', arcs)
    }
  }
  return { draw }
})()
`

/** Brings the drawings of a page to life that lie in a `main.hmtl`. */
export const startDrawings = "for(const main of document.querySelectorAll('main.hmtl'))hmtlDrawing.draw(main)"
