/** Documents in ACE's form for the benchmark: made-up newswire of ordinary length with a mention every dozen words. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const words =
  'the minister said on Tuesday that her government would meet envoys from Oslo and Bergen before the end of a long winter session of parliament'.split(
    ' ',
  )

export default async (folder, bytes) => {
  let size = 0
  for (let d = 0; size < bytes; d++) {
    const id = `bench_${String(d).padStart(6, '0')}`
    let text = '\n \n\n\n'
    const entities = []
    let body = ''
    for (let i = 0; i < 450; i++) {
      const word = words[(i * 7 + d) % words.length]
      if (i % 12 === 0) {
        const start = text.length + body.length
        const charseq = `<charseq START="${start}" END="${start + word.length - 1}">${word}</charseq>`
        entities.push(
          `<entity ID="${id}-E${i}" TYPE="PER" CLASS="SPC"><entity_mention ID="${id}-E${i}-1" TYPE="NAM"><extent>${charseq}</extent><head>${charseq}</head></entity_mention></entity>`,
        )
      }
      body += word + (i % 14 === 13 ? '.\n' : ' ')
    }
    text += body
    const sgml = `<DOC>\n<DOCID> </DOCID>\n<BODY>\n<TEXT>\n${body}</TEXT></BODY></DOC>\n`
    const apf = `<?xml version="1.0"?>\n<source_file URI="${id}.sgm" TYPE="text"><document DOCID="${id}">${entities.join('\n')}</document></source_file>\n`
    writeFileSync(join(folder, `${id}.sgm`), sgml)
    writeFileSync(join(folder, `${id}.apf.xml`), apf)
    size += sgml.length + apf.length
  }
}
