"""``subsidy compute``: what goes to which stream, and the exit code."""

import json
from pathlib import Path

from flask.testing import FlaskCliRunner

from tests.domain.policy.worlds import claim, compute, contract, payment, refund, release, world

GOOD = world(contract(), payment("P1", 100), claim("K1"), refund(50))


def test_good_worlds_go_out_bad_ones_are_named_and_the_code_is_2(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    file = tmp_path / "worlds.jsonl"
    bad = world(contract(), release("K1"))
    file.write_text("\n".join(["", json.dumps(GOOD), json.dumps(bad), "nonsense", json.dumps(GOOD)]), "utf-8")
    done = runner.invoke(args=["subsidy", "compute", str(file)])
    assert done.exit_code == 2
    assert [json.loads(line) for line in done.stdout.splitlines()] == [compute(GOOD), compute(GOOD)]
    first, second = done.stderr.splitlines()
    assert first.startswith("line 3, event 1, claim: ")
    assert second.startswith("line 4, event -, -: not JSON: ")


def test_good_worlds_alone_end_with_0_whatever_their_ids_hold(runner: FlaskCliRunner, tmp_path: Path) -> None:
    file = tmp_path / "worlds.jsonl"
    file.write_text(json.dumps({**GOOD, "id": "世界\ud800\u2028"}) + "\n\n", "utf-8")
    done = runner.invoke(args=["subsidy", "compute", str(file)])
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout)["id"] == "世界\ud800\u2028"
