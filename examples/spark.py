"""Whole archives: texts of a Spark table through hmtl, one process a task, Arrow in and out.

    spark-submit examples/spark.py texts.parquet annotated.parquet

The workers need pyspark, pandas and pyarrow; HMTL names the command there (default: hmtl); a table needs the columns `id` and `text`.
"""

import os
import subprocess
import sys
import threading

import pyarrow as pa
from pyspark.sql import SparkSession

COLUMNS = "id string, text string, entity_begin array<int>, entity_end array<int>, entity_label array<int>, entity_labels array<string>, entity_score array<float>"
NAMES = [column.split()[0] for column in COLUMNS.split(", ")]


def annotate(batches):
    """Batches of texts to batches of names: a process reads one Arrow stream and writes another."""
    command = os.environ.get("HMTL", "hmtl").split()
    options = ["annotate", "--from", "arrow-stream", "--to", "arrow-stream", "--tasks", "ner", "--workers", "1", "--offset-unit", "codepoint", "-q"]
    process = subprocess.Popen([*command, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def feed():
        with process.stdin:
            writer = None
            for batch in batches:
                batch = batch.select(["id", "text"])
                writer = writer or pa.ipc.new_stream(process.stdin, batch.schema)
                writer.write_batch(batch)
            if writer:
                writer.close()

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    try:
        # A task without rows sends nothing, and gets nothing back.
        for batch in pa.ipc.open_stream(process.stdout) if process.stdout.peek(1) else []:
            yield batch.select(NAMES)
    finally:
        feeder.join()
        if process.wait() != 0:
            raise RuntimeError(f"hmtl ended with {process.returncode}: its message is in the worker's log")


if __name__ == "__main__":
    source, target = sys.argv[1:3]
    spark = SparkSession.builder.appName("hmtl").getOrCreate()
    spark.read.parquet(source).select("id", "text").mapInArrow(annotate, COLUMNS).write.mode("overwrite").parquet(target)
    spark.stop()
