"""Names of a Parquet file that hmtl wrote, counted by pyarrow and, where they are installed, by DuckDB and polars:

    npx hmtl annotate corpus.jsonl -o names.parquet --offset-unit codepoint
    python examples/table.py names.parquet

Labels are numbers into the row's own list of names; Python slices by code points, hence --offset-unit codepoint.
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

    # Lists that are unnested in one SELECT go side by side: one row a name.
    query = """
      SELECT count(*) AS n, labels[l + 1] AS label, text[b + 1 : e] AS name FROM (
        SELECT text, entity_labels AS labels, unnest(entity_begin) AS b, unnest(entity_end) AS e, unnest(entity_label) AS l
        FROM read_parquet(?)) GROUP BY ALL ORDER BY n DESC, name"""
    found = {(name, label): n for n, label, name in duckdb.execute(query, [path]).fetchall()}
    assert found == dict(counts), found
    print("DuckDB agrees")
except ImportError:
    pass

try:
    import polars as pl

    names = (
        pl.read_parquet(path)
        .explode("entity_begin", "entity_end", "entity_label")
        .drop_nulls("entity_begin")
        .select(
            pl.col("text").str.slice("entity_begin", pl.col("entity_end") - pl.col("entity_begin")).alias("name"),
            pl.col("entity_labels").list.get("entity_label").alias("label"),
        )
        .group_by("name", "label")
        .len()
    )
    assert {(name, label): n for name, label, n in names.iter_rows()} == dict(counts), names
    print("polars agrees")
except ImportError:
    pass
