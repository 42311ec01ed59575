/** winkNLP's lite model over JSON lines: its entities are dates, numbers, mails and the like. */
const { readFileSync } = require('node:fs')
const winkNLP = require('wink-nlp')
const nlp = winkNLP(require('wink-eng-lite-web-model'))
const texts = readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line).text)
const begun = performance.now()
let found = 0
for (const text of texts) found += nlp.readDoc(text).entities().length()
console.log(JSON.stringify({ seconds: (performance.now() - begun) / 1000, entities: found }).replace(/":/g, '": '))
