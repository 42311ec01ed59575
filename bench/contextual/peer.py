"""The same encoders in PyTorch, for run.mjs: python peer.py transformer|elmo FOLDER SENTENCES.json ROUNDS -> seconds a round, as JSON.

ELMo: the character CNN once for each different word of a batch, as ours; the LSTMs by torch.nn.LSTM with a projection over packed sequences, without the clips,
which only makes it faster. The transformer: Python transformers, batches padded.
"""
import json, sys, time
import numpy as np, torch

torch.set_num_threads(1)
torch.set_grad_enabled(False)
what, folder, path, rounds = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
sentences = json.load(open(path))
batches = [sentences[i : i + 32] for i in range(0, len(sentences), 32)]

if what == "transformer":
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()

    def encode(batch):
        pieces = tokenizer(batch, is_split_into_words=True, return_tensors="pt", padding=True, truncation=True, max_length=512)
        states = torch.stack(model(**pieces, output_hidden_states=True).hidden_states, 2)
        out = []
        for row, words in enumerate(batch):
            ids = torch.tensor([-1 if k is None else k for k in pieces.word_ids(row)])
            kept = (ids >= 0).nonzero()[:, 0]
            sums = torch.zeros(len(words), *states.shape[2:]).index_add_(0, ids[kept], states[row, kept])
            out.append(sums / torch.bincount(ids[kept], minlength=len(words)).clamp(min=1)[:, None, None])
        return out
else:
    options = json.load(open(folder + "/options.json"))
    lstm, cnn = options["lstm"], options["char_cnn"]
    H, P = lstm["dim"], lstm["projection_dim"]
    F = sum(count for _, count in cnn["filters"])
    table = torch.randn(262, 16) * 0.5
    convolutions = [torch.nn.Conv1d(16, count, width) for width, count in cnn["filters"]]
    gates = [(torch.nn.Linear(F, F), torch.nn.Linear(F, F)) for _ in range(cnn["n_highway"])]
    project = torch.nn.Linear(F, P)
    layers = [[torch.nn.LSTM(P, H, proj_size=P, batch_first=True) for _ in range(2)] for _ in range(2)]

    def characters(word):
        bytes_ = [256] if word == 0 else [257] if word == 1 else list(word.encode()[:48])
        return ([259] + bytes_ + [260]) + [261] * (50 - len(bytes_) - 2)

    def encode(batch):
        bounded = [[0] + words + [1] for words in batch]
        index = {}
        ids = [[index.setdefault(word, len(index)) for word in words] for words in bounded]
        x = table[torch.tensor([characters(word) for word in index])].transpose(1, 2)
        x = torch.cat([torch.relu(conv(x).amax(2)) for conv in convolutions], 1)
        for carry, transform in gates:
            g = torch.sigmoid(carry(x))
            x = g * torch.relu(transform(x)) + (1 - g) * x
        words = project(x)
        lengths = [len(row) for row in ids]
        out = []
        for direction in range(2):
            rows = [words[torch.tensor(row if direction == 0 else row[::-1])] for row in ids]
            h = torch.nn.utils.rnn.pack_sequence(rows, enforce_sorted=False)
            for layer in range(2):
                y, _ = layers[direction][layer](h)
                h = y if layer == 0 else torch.nn.utils.rnn.PackedSequence(y.data + h.data, y.batch_sizes, y.sorted_indices, y.unsorted_indices)
                out.append(torch.nn.utils.rnn.pad_packed_sequence(h, batch_first=True)[0])
        return out, lengths

seconds = []
for round_ in range(rounds + 1):
    begun = time.perf_counter()
    for batch in batches:
        encode(batch)
    if round_ > 0:
        seconds.append(time.perf_counter() - begun)
print(json.dumps(seconds))
