"""One pyarrow case of the benchmark: prints seconds, megabytes, documents and peak memory."""
import json, os, resource, sys, time
import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.json

pa.set_cpu_count(1)
name, path = sys.argv[1:3]
started = time.perf_counter()
rows = 0
if name == 'pyarrow-json':
    # One block at a time, as a stream would be read; block size as pyarrow advises for long lines.
    reader = pyarrow.json.open_json(path, read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=1 << 22)) if hasattr(pyarrow.json, 'open_json') else None
    if reader is None:
        rows = pyarrow.json.read_json(path, read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=1 << 22)).num_rows
    else:
        for batch in reader:
            rows += batch.num_rows
else:
    with pa.OSFile(path, 'rb') as source, ipc.open_file(source) as reader:
        for i in range(reader.num_record_batches):
            batch = reader.get_batch(i)
            rows += batch.num_rows
print(json.dumps({'seconds': time.perf_counter() - started, 'megabytes': os.path.getsize(path) / 1e6, 'documents': rows, 'peak': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
