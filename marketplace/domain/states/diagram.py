"""State diagrams for people, written from the same tables that decide: docs/states.md."""

from collections.abc import Iterable

from marketplace.domain.access import Permission
from marketplace.domain.states.machine import Machine

HEAD = """# State diagrams

Written by `flask --app wsgi docs states` from the transition tables in `marketplace/domain/states/`;
a test fails when this page and the tables differ.
"""


def page(machines: Iterable[Machine]) -> str:
    """Return the whole page: a Mermaid diagram and a table for each machine."""
    return HEAD + "".join(f"\n{_section(machine)}" for machine in machines)


def _section(machine: Machine) -> str:
    lines = [f"## {machine.label} (`{machine.subject}`)", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"    {state.code} : {state.label}" for state in machine.states.values()]
    lines.append(f"    [*] --> {machine.initial}")
    lines += [f"    {t.source} --> {t.target} : {t.label}" for t in machine.table.values()]
    lines += [f"    {state.code} --> [*]" for state in machine.states.values() if state.final]
    lines += ["```", "", "| from | action | to | who | needs |", "|---|---|---|---|---|"]
    for t in machine.table.values():
        who = "the site itself" if t.who is Permission.RUN_BY_ITSELF else f"`{t.who}`"
        needs = [guard.fact for guard in t.guards]
        needs += ["reason"] if t.reason else []
        needs += ["password again"] if t.dangerous else []
        lines.append(f"| {t.source} | {t.action} | {t.target} | {who} | {', '.join(needs)} |")
    return "\n".join(lines) + "\n"
