"""The peer: the same model in PyTorch, written as one would write it there.

Packed nn.LSTM, CRF over padded batches, a convolution over the batch's different
words, fused Adam, and the exact factoring of the first pair layer of coreference.
It reads a model folder and batches that case.mjs wrote, so that both sides do the
same sums: `parity` prints loss and gradients, `time` seconds an update.

    python hmtl_torch.py parity|time FOLDER [ROUNDS]
"""

import json
import math
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

torch.set_num_threads(1)
torch.manual_seed(1)


def read_safetensors(path):
    data = open(path, "rb").read()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    out = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        dtype = {"F32": np.float32, "F16": np.float16}[entry["dtype"]]
        out[name] = torch.tensor(np.frombuffer(data[8 + size + begin : 8 + size + end], dtype).astype(np.float32).reshape(entry["shape"]))
    return out


class Model(torch.nn.Module):
    def __init__(self, folder, drop):
        super().__init__()
        stored = json.load(open(f"{folder}/config.json"))
        self.config, self.labels = stored["config"], stored["labels"]
        self.words = {word: i for i, word in enumerate(open(f"{folder}/words.txt").read().split("\n")[:-1])}
        self.chars = {char: i + 4 for i, char in enumerate(stored["characters"])}
        self.drop = drop
        self.tasks = {task["name"]: task for task in self.config["tasks"]}
        self.p = torch.nn.ParameterDict()
        self.lstms = torch.nn.ModuleDict()
        weights = read_safetensors(f"{folder}/model.safetensors")
        self.embedding = torch.nn.Embedding.from_pretrained(weights.pop("words.table"), freeze=False)
        for task in self.config["tasks"]:
            name, encoder = task["name"], task["encoder"]
            hidden = encoder["hidden"]
            for layer in range(encoder["layers"]):
                w, b, u = (weights.pop(f"{name}.encoder.{layer}.{part}") for part in ("input", "bias", "recurrent"))
                lstm = torch.nn.LSTM(w.shape[0], hidden, bidirectional=True, batch_first=True)
                with torch.no_grad():
                    for d, suffix in enumerate(("", "_reverse")):
                        order = torch.tensor([0, 1, 3, 2]).repeat_interleave(hidden) * hidden + torch.arange(hidden).repeat(4)
                        getattr(lstm, f"weight_ih_l0{suffix}").copy_(w[:, d * 4 * hidden :][:, order].T)
                        getattr(lstm, f"bias_ih_l0{suffix}").copy_(b[d * 4 * hidden :][order])
                        getattr(lstm, f"bias_hh_l0{suffix}").zero_()
                        getattr(lstm, f"weight_hh_l0{suffix}").copy_(u[d][:, order].T)
                self.lstms[f"{name}_{layer}"] = lstm
        for name, value in weights.items():
            self.p[name.replace(".", "/")] = torch.nn.Parameter(value)

    def w(self, name):
        return self.p[name.replace(".", "/")]

    def dropped(self, x, rate):
        return F.dropout(x, rate) if self.drop and rate > 0 else x

    def indexes(self, sentences):
        words = torch.zeros(len(sentences), max(map(len, sentences)), dtype=torch.long)
        forms, form_of = {}, torch.zeros_like(words)
        for i, sentence in enumerate(sentences):
            for j, word in enumerate(sentence):
                words[i, j] = self.words.get(word.lower(), 0)
                form_of[i, j] = forms.setdefault(word, len(forms))
        ids = [[2, *[self.chars.get(c, 1) for c in form][:32], 3, 0] for form in forms]
        chars = torch.zeros(len(ids), max(map(len, ids)), dtype=torch.long)
        for i, row in enumerate(ids):
            chars[i, : len(row)] = torch.tensor(row)
        return words, form_of, chars, torch.tensor([len(row) for row in ids]), torch.tensor([len(s) for s in sentences])

    def base(self, sentences):
        words, form_of, chars, char_lengths, lengths = self.indexes(sentences)
        parts = [self.embedding(words)]
        characters = self.config["embeddings"]["characters"]
        if characters:
            size, filters, width = characters["size"], characters["filters"], characters["width"]
            kernel = self.w("characters.filters").reshape(size, width, filters).permute(2, 0, 1)
            table = F.embedding(chars, self.w("characters.table")).transpose(1, 2)
            windows = F.conv1d(table, kernel, self.w("characters.bias"))
            mask = torch.arange(windows.shape[2])[None] + width > char_lengths[:, None]
            pooled = windows.masked_fill(mask[:, None], -math.inf).max(2).values.relu()
            parts.append(pooled[form_of])
        return torch.cat(parts, 2), lengths

    def states(self, task, base, lengths, made):
        """Encoder input and output [batch, time, …] of a task, lower encoders shared."""
        if task["name"] in made:
            return made[task["name"]]
        x = base if task["on"] == "base" else torch.cat([base, self.states(self.tasks[task["on"]], base, lengths, made)[1]], 2)
        x = inputs = self.dropped(x, task["lexicalDropout"] if task["kind"] == "coref" else task["dropout"])
        for layer in range(task["encoder"]["layers"]):
            if layer > 0:
                x = self.dropped(x, task["encoder"]["dropout"])
            packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            x, _ = pad_packed_sequence(self.lstms[f"{task['name']}_{layer}"](packed)[0], batch_first=True)
        made[task["name"]] = (inputs, x)
        return made[task["name"]]

    def crf(self, task, states, lengths, tags):
        name = task["name"]
        emissions = self.dropped(states, task["dropout"]) @ self.w(f"{name}.tags.weight") + self.w(f"{name}.tags.bias")
        transitions, start, end = (self.w(f"{name}.crf.{part}") for part in ("transitions", "start", "end"))
        mask = torch.arange(emissions.shape[1])[None] < lengths[:, None]
        alpha = start + emissions[:, 0]
        for t in range(1, emissions.shape[1]):
            following = torch.logsumexp(alpha[:, :, None] + transitions, 1) + emissions[:, t]
            alpha = torch.where(mask[:, t, None], following, alpha)
        total = torch.logsumexp(alpha + end, 1)
        last = tags.gather(1, lengths[:, None] - 1)[:, 0]
        gold = start[tags[:, 0]] + end[last] + (emissions.gather(2, tags[:, :, None])[:, :, 0] * mask).sum(1)
        gold = gold + (transitions[tags[:, :-1], tags[:, 1:]] * mask[:, 1:]).sum(1)
        return (total - gold).sum()

    def viterbi(self, task, states, lengths):
        name = task["name"]
        emissions = states @ self.w(f"{name}.tags.weight") + self.w(f"{name}.tags.bias")
        transitions, start, end = (self.w(f"{name}.crf.{part}") for part in ("transitions", "start", "end"))
        mask = torch.arange(emissions.shape[1])[None] < lengths[:, None]
        score, back = start + emissions[:, 0], []
        for t in range(1, emissions.shape[1]):
            best, argbest = (score[:, :, None] + transitions).max(1)
            back.append(torch.where(mask[:, t, None], argbest, torch.arange(emissions.shape[2])[None]))
            score = torch.where(mask[:, t, None], best + emissions[:, t], score)
        tag = (score + end).argmax(1)
        path = [tag]
        for step in reversed(back):
            tag = step.gather(1, tag[:, None])[:, 0]
            path.append(tag)
        return torch.stack(path[::-1], 1)

    def relation_logits(self, task, states, lengths):
        name = task["name"]
        states = self.dropped(states, task["dropout"])
        one = states @ self.w(f"{name}.first") + self.w(f"{name}.bias")
        two = states @ self.w(f"{name}.second")
        pairs = torch.relu(one[:, :, None] + two[:, None])
        return pairs @ self.w(f"{name}.types") + self.w(f"{name}.types.bias")

    def relation(self, task, states, lengths, examples):
        logits = self.relation_logits(task, states, lengths)
        target = torch.zeros_like(logits)
        for b, example in enumerate(examples):
            cells = example["cells"]
            for k in range(0, len(cells), 3):
                target[b, cells[k], cells[k + 1], cells[k + 2]] = 1
        real = torch.arange(logits.shape[1])[None] < lengths[:, None]
        mask = (real[:, :, None] & real[:, None])[..., None]
        return (F.binary_cross_entropy_with_logits(logits, target, reduction="none") * mask).sum()

    def scorer(self, name, task, layer):
        rate = task["headDropout"]
        deeper = torch.relu(self.dropped(layer, rate) @ self.w(f"{name}.second.weight") + self.w(f"{name}.second.bias"))
        return self.dropped(deeper, rate) @ self.w(f"{name}.score.weight") + self.w(f"{name}.score.bias")

    def coref_spans(self, task, inputs, states, lengths):
        """Candidate spans of a document, the kept ones, and the parts of their vectors."""
        name = task["name"]
        real = torch.arange(states.shape[1])[None] < lengths[:, None]
        states, inputs = states[real], inputs[real]
        begins, ends, first = [], [], 0
        for length in lengths.tolist():
            for begin in range(length):
                for end in range(begin + 1, min(begin + task["maxSpanWidth"], length) + 1):
                    begins.append(first + begin)
                    ends.append(first + end)
            first += length
        begin, end = torch.tensor(begins), torch.tensor(ends)
        return states, inputs, begin, end

    def span_vectors(self, task, states, inputs, begin, end):
        name = task["name"]
        at = begin[:, None] + torch.arange(task["maxSpanWidth"])
        mask = at >= end[:, None]
        at = at.clamp(max=states.shape[0] - 1)
        scores = (inputs @ self.w(f"{name}.attention"))[:, 0][at].masked_fill(mask, -math.inf)
        heads = (torch.softmax(scores, 1)[:, None] @ inputs[at])[:, 0]
        return torch.cat([states[begin], states[end - 1], self.w(f"{name}.widths")[end - begin - 1], heads], 1)

    def coref_scores(self, task, inputs, states, lengths):
        name = task["name"]
        states, inputs, begin, end = self.coref_spans(task, inputs, states, lengths)
        with torch.no_grad():
            drop, self.drop = self.drop, False
            vectors = self.span_vectors(task, states, inputs, begin, end)
            first = torch.relu(vectors @ self.w(f"{name}.mention.first.weight") + self.w(f"{name}.mention.first.bias"))
            scores = self.scorer(f"{name}.mention", task, first)[:, 0]
            self.drop = drop
            kept = scores.topk(min(len(scores), math.floor(task["spansPerWord"] * len(states)))).indices.sort().values
        begin, end = begin[kept], end[kept]
        vectors = self.span_vectors(task, states, inputs, begin, end)
        first = torch.relu(vectors @ self.w(f"{name}.mention.first.weight") + self.w(f"{name}.mention.first.bias"))
        mentions = self.scorer(f"{name}.mention", task, first)[:, 0]
        offsets = torch.arange(1, min(task["maxAntecedents"], len(begin) - 1) + 1)
        raw = torch.arange(len(begin))[:, None] - offsets
        valid = raw >= 0
        antecedents = raw.clamp(min=0)
        weight = lambda part: self.w(f"{name}.antecedent.{part}")
        compared = vectors @ weight("project") if task["project"] else vectors
        buckets = torch.where(offsets <= 4, offsets, (offsets.float().log2().floor().long() + 3).clamp(max=9))
        layer = (
            (vectors @ weight("span") + weight("bias"))[:, None]
            + (vectors @ weight("candidate"))[antecedents]
            + (self.w(f"{name}.distances") @ weight("distance"))[buckets]
            + (compared[:, None] * compared[antecedents]) @ weight("product")
        )
        scores = self.scorer(f"{name}.antecedent", task, torch.relu(layer))[..., 0] + mentions[:, None] + mentions[antecedents]
        return begin, end, scores.masked_fill(~valid, -math.inf), antecedents, valid

    def coref(self, task, inputs, states, lengths, example):
        begin, end, scores, antecedents, valid = self.coref_scores(task, inputs, states, lengths)
        gold = {(b, e): c for b, e, c in zip(example["begin"], example["end"], example["cluster"])}
        cluster = torch.tensor([gold.get((b, e), -1) for b, e in zip(begin.tolist(), end.tolist())])
        same = (cluster[:, None] == cluster[antecedents]) & (cluster[:, None] >= 0) & valid
        dummy = torch.zeros(len(begin), 1)
        scores = torch.cat([dummy, scores], 1)
        right = torch.cat([~same.any(1, keepdim=True), same], 1)
        return (torch.logsumexp(scores, 1) - torch.logsumexp(scores.masked_fill(~right, -math.inf), 1)).sum()

    def forward_task(self, name, examples):
        task = self.tasks[name]
        sentences = [s for e in examples for s in e["sentences"]]
        base, lengths = self.base(sentences)
        return (task, *self.states(task, base, lengths, {}), lengths)

    def loss(self, name, examples):
        task, inputs, states, lengths = self.forward_task(name, examples)
        if task["kind"] == "crf":
            tags = torch.zeros(states.shape[:2], dtype=torch.long)
            for i, example in enumerate(examples):
                tags[i, : len(example["tags"])] = torch.tensor(example["tags"])
            return self.crf(task, states, lengths, tags)
        if task["kind"] == "relation":
            return self.relation(task, states, lengths, examples)
        return self.coref(task, inputs, states, lengths, examples[0])

    @torch.no_grad()
    def predict(self, name, examples):
        task, inputs, states, lengths = self.forward_task(name, examples)
        if task["kind"] == "crf":
            return self.viterbi(task, states, lengths)
        if task["kind"] == "relation":
            return (self.relation_logits(task, states, lengths) > 0).nonzero()
        return self.coref_scores(task, inputs, states, lengths)[2].max(1)


def gradients(model):
    """By the names of the model file, LSTM weights put back in its layout."""
    out = {name.replace("/", "."): p.grad for name, p in model.p.items() if p.grad is not None}
    for key, lstm in model.lstms.items():
        name, layer = key.rsplit("_", 1)
        if lstm.weight_ih_l0.grad is None:
            continue
        hidden = lstm.hidden_size
        order = torch.tensor([0, 1, 3, 2]).repeat_interleave(hidden) * hidden + torch.arange(hidden).repeat(4)
        part = lambda kind: [getattr(lstm, f"{kind}_l0{suffix}").grad[order] for suffix in ("", "_reverse")]
        out[f"{name}.encoder.{layer}.input"] = torch.cat([g.T for g in part("weight_ih")], 1)
        out[f"{name}.encoder.{layer}.bias"] = torch.cat(part("bias_ih"))
        out[f"{name}.encoder.{layer}.recurrent"] = torch.stack([g.T for g in part("weight_hh")])
    return out


def main():
    mode, folder = sys.argv[1:3]
    case = json.load(open(f"{folder}/case.json"))
    if mode == "parity":
        result = {}
        for name, batches in case["batches"].items():
            model = Model(f"{folder}/model", False)
            loss = model.loss(name, batches[0])
            loss.backward()
            result[name] = {
                "loss": loss.item(),
                "gradients": {key: [g.double().norm().item(), *g.flatten()[:: max(1, g.numel() // 50)].tolist()] for key, g in gradients(model).items()},
            }
        print(json.dumps(result))
        return
    rounds = int(sys.argv[3])
    result = {}
    for name, batches in case["batches"].items():
        model = Model(f"{folder}/model", True)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
        times = {"update": [], "inference": []}
        for i in range(rounds + 3):
            for batch in batches:
                begun = time.perf_counter()
                optimizer.zero_grad()
                model.loss(name, batch).backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
                optimizer.step()
                if i >= 3:
                    times["update"].append(time.perf_counter() - begun)
        model.drop = False
        for i in range(rounds + 3):
            for batch in batches:
                begun = time.perf_counter()
                model.predict(name, batch)
                if i >= 3:
                    times["inference"].append(time.perf_counter() - begun)
        result[name] = {kind: float(np.median(values)) for kind, values in times.items()}
    if "lstm" in case:
        inner, hidden, layers, batch, steps = case["lstm"]
        lstm = torch.nn.LSTM(inner, hidden, layers, bidirectional=True, batch_first=True)
        x = torch.randn(batch, steps, inner, requires_grad=True)
        lengths = torch.full((batch,), steps)
        for kind in ("packed", "padded"):
            times = []
            for i in range(3 * rounds + 5):
                begun = time.perf_counter()
                lstm.zero_grad()
                if kind == "packed":
                    y, _ = pad_packed_sequence(lstm(pack_padded_sequence(x, lengths, batch_first=True))[0], batch_first=True)
                else:
                    y, _ = lstm(x)
                y.sum().backward()
                if i >= 5:
                    times.append(time.perf_counter() - begun)
            result[f"lstm {kind}"] = {"update": float(np.median(times))}
    print(json.dumps(result))


main()
