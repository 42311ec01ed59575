/**
 * The page's own doing, as JavaScript for browsers: what is typed is read when a moment passes without a key, the
 * answer that counts is that of the latest text, and the text is in the address so that it can be sent on.
 *
 * It asks `hmtlAnswers`: `draw(text, signal)` gives the HTML of a drawing, `json(text)` what a program would get,
 * `model()` its name and tasks. An error's message is for people; `again` in it is after how many seconds to try once
 * more. `begin`, where it is there, is told how to say how far it has come.
 */
export const pageScript = `'use strict'
const at = (id) => document.getElementById(id)
const [text, state, drawing] = [at('text'), at('state'), at('drawing')]
const examples = {
  News: 'Helga Brandt, who has led the shipping company Nordhafen since 2019, was born in Oslo. Her husband, the historian Paul Brandt, teaches at the University of Bergen. Nordhafen was founded in 1921; it moved its headquarters to Hamburg after the war.',
  Tweet: 'Just saw @mira_k and Tom Okafor at the Lakeside Arena!! He signed my Rovers shirt, she is moving to Chicago next month',
  Story: 'Old Mrs. Penrose kept the inn at Saltmere. She had a niece, Clara, whom the captain liked; but the girl would not look at him, and told her aunt so.',
}
let turn = 0
let answer = ''
let undraw = () => {}
let waiting
let under
const say = (what, failed) => {
  state.textContent = what
  state.classList.toggle('failed', Boolean(failed))
}
const show = async () => {
  const mine = ++turn
  if (under) under.abort()
  under = new AbortController()
  history.replaceState(null, '', text.value ? '#' + encodeURIComponent(text.value) : location.pathname)
  if (!text.value.trim()) {
    undraw()
    undraw = () => {}
    drawing.replaceChildren()
    say('')
    return
  }
  const begun = performance.now()
  say('reading …')
  try {
    const html = await hmtlAnswers.draw(text.value, under.signal)
    if (mine !== turn) return
    undraw()
    drawing.innerHTML = html
    undraw = hmtlDrawing.draw(drawing)
    say(Math.max(1, Math.round(performance.now() - begun)) + ' ms')
  } catch (error) {
    if (mine !== turn || error.name === 'AbortError') return
    say(error.message, true)
    if (error.again > 0) waiting = setTimeout(show, error.again * 1000)
  }
}
const soon = () => {
  clearTimeout(waiting)
  waiting = setTimeout(show, 250)
}
const copy = async (what, done) => {
  try {
    await navigator.clipboard.writeText(await what())
    say(done)
  } catch {
    say('the browser did not let it be copied', true)
  }
}
text.addEventListener('input', soon)
for (const [name, content] of Object.entries(examples)) {
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = name
  button.addEventListener('click', () => {
    text.value = content
    show()
  })
  at('examples').append(button, ' ')
}
at('link').addEventListener('click', () => copy(async () => location.href, 'link copied'))
at('json').addEventListener('click', () => copy(() => hmtlAnswers.json(text.value), 'JSON copied'))
const fromAddress = () => {
  try {
    return decodeURIComponent(location.hash.slice(1))
  } catch {
    return ''
  }
}
addEventListener('hashchange', () => {
  if (fromAddress() === text.value) return
  text.value = fromAddress()
  show()
})
hmtlAnswers.model().then(({ model, tasks }) => {
  at('model').textContent = 'Model ' + model + ': ' + tasks.join(', ') + '.'
}).catch(() => {})
if (hmtlAnswers.begin) hmtlAnswers.begin(say)
text.value = fromAddress() || examples.News
show()
`
