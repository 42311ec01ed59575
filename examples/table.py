"""Names of a Parquet file that hmtl wrote, counted by pyarrow and, where they are installed, by DuckDB and polars:

    npx hmtl annotate corpus.jsonl -o names.parquet --offset-unit codepoint
    python examples/table.py names.parquet

Flat columns hold numbers, labels are numbers into the row's own list of names; `entities`, `mentions`, `relations` and `clusters` say
the same as lists of structures. Python slices by code points, hence --offset-unit codepoint.
"""

import sys
from collections import Counter

import pyarrow.parquet as parquet

path = sys.argv[1]
counts = Counter()
for row in parquet.read_table(path).to_pylist():
    for begin, end, label in zip(row["entity_begin"], row["entity_end"], row["entity_label"]):
        counts[row["text"][begin:end], row["entity_labels"][label]] += 1
for (text, label), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
    print(count, label, text)

try:
    import duckdb

    query = """
      SELECT n.text, n.label, count(*) FROM (SELECT unnest(entities) AS n FROM read_parquet(?)) GROUP BY ALL"""
    found = {(text, label): count for text, label, count in duckdb.execute(query, [path]).fetchall()}
    assert found == dict(counts), found
    print("DuckDB agrees")
except ImportError:
    pass

try:
    import polars as pl

    names = pl.read_parquet(path, columns=["id", "entities"]).explode("entities").unnest("entities").drop_nulls("start")
    rows = names.group_by("text", "label").len().iter_rows()
    assert {(text, label): count for text, label, count in rows} == dict(counts), names
    print("polars agrees")
except ImportError:
    pass
