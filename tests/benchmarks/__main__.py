"""``python -m tests.benchmarks``: every benchmark in turn, one JSON object for each; fails when a measure is missed."""

import json
import sys

from tests.benchmarks import (
    bench_billing,
    bench_deals,
    bench_exchange,
    bench_finding,
    bench_kept,
    bench_match_pages,
    bench_matching,
    bench_pages,
    bench_retrieval,
    bench_subsidy,
)

if __name__ == "__main__":
    print(json.dumps({"retrieval": bench_retrieval.run(10_000)}), flush=True)
    missed = False
    for name, bench in (
        ("pages", bench_pages),
        ("billing", bench_billing),
        ("deals", bench_deals),
        ("exchange", bench_exchange),
        ("finding", bench_finding),
        ("subsidy", bench_subsidy),
        ("matching", bench_matching),
        ("match pages", bench_match_pages),
        ("kept", bench_kept),
    ):
        found = bench.run()
        print(json.dumps({name: found}, ensure_ascii=False), flush=True)
        missed = missed or bool(found["missed"])
    sys.exit(1 if missed else 0)
