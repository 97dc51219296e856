"""``python -m tests.benchmarks``: every benchmark in turn, one JSON object for each; fails when a measure is missed."""

import json
import sys

from tests.benchmarks import bench_billing, bench_deals, bench_matching, bench_pages, bench_retrieval

if __name__ == "__main__":
    print(json.dumps({"retrieval": bench_retrieval.run(10_000)}), flush=True)
    pages = bench_pages.run()
    print(json.dumps({"pages": pages}, ensure_ascii=False), flush=True)
    billing = bench_billing.run()
    print(json.dumps({"billing": billing}, ensure_ascii=False), flush=True)
    deals = bench_deals.run()
    print(json.dumps({"deals": deals}, ensure_ascii=False), flush=True)
    matching = bench_matching.run()
    print(json.dumps({"matching": matching}))
    sys.exit(1 if any(one["missed"] for one in (pages, billing, deals, matching)) else 0)
