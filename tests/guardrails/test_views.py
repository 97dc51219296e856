"""Views: default deny, and short."""

import ast

from flask import Flask

from tests.support.tree import PACKAGE, ROOT, nodes_of, python_files

LONGEST_VIEW = 30


def test_every_view_declares_its_guard(app: Flask) -> None:
    """Whoever adds a page says who may see it; being public is said as well."""
    silent = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if not endpoint.endswith("static") and not hasattr(view, "guard")
    ]
    assert len(app.view_functions) > 10
    assert silent == []


def test_views_stay_short() -> None:
    """A long view is a use case in the wrong room."""
    long = {}
    for one in python_files(PACKAGE / "web"):
        for node in nodes_of(one):
            if not isinstance(node, ast.FunctionDef):
                continue
            lines = (node.body[-1].end_lineno or node.lineno) - node.lineno + 1
            routed = any("route" in ast.unparse(decorator) for decorator in node.decorator_list)
            if routed and lines > LONGEST_VIEW:
                long[f"{one.relative_to(ROOT)}:{node.lineno} {node.name}"] = lines
    assert long == {}
