"""``python -m tests.benchmarks``: every benchmark in turn, one JSON object for each; fails when a measure is missed."""

import json
import sys

from tests.benchmarks import bench_pages, bench_retrieval, bench_subsidy

if __name__ == "__main__":
    print(json.dumps({"retrieval": bench_retrieval.run(10_000)}), flush=True)
    pages = bench_pages.run()
    print(json.dumps({"pages": pages}, ensure_ascii=False), flush=True)
    subsidy = bench_subsidy.run()
    print(json.dumps({"subsidy": subsidy}, ensure_ascii=False))
    sys.exit(1 if pages["missed"] or subsidy["missed"] else 0)
