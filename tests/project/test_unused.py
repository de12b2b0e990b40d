"""Nothing lies unused: each function, class and constant is named beside where it is written."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from paths import ROOT, TESTS
from tracked import tracked_files

SOURCES = ("ganglioside", "widgets/ganglioside_widgets")

#: Where a name may be used: code, pages and templates, notebooks, the words for users, settings.
ENDINGS = {".py", ".ipynb", ".md", ".toml", ".html", ".js", ".css", ".csv", ".j2", ".json"}

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

#: What only others call: users by the public surface, and libraries.
FOR_OTHERS = {
    "BOOKKEEPING": "benchmarks that read simulated rows",
    "at_work": "how busy a server is, for who tests it",
    "batch_results": "the client's users",
    "check_xsrf_cookie": "tornado",
    "execute_managed_notebook": "papermill",
    "forget": "users who add readers",
    "get_absolute_path": "tornado",
    "get_pool_size": "Voila",
    "published_schema": "readers of the JSON export",
    "select_subprotocol": "tornado",
    "set_extra_headers": "tornado",
    "terminate": "jupyter_client",
    "_jupyter_server_extension_points": "Jupyter",
    "_load_jupyter_server_extension": "Jupyter",
    "_repr_mimebundle_": "IPython",
}

#: Decorators that register nothing: what has another one is called by whoever registered it.
PLAIN = {
    "cache",
    "cached_property",
    "classmethod",
    "contextmanager",
    "dataclass",
    "property",
    "staticmethod",
}


def files() -> list[Path]:
    return [
        path for path in tracked_files() if path.suffix in ENDINGS and TESTS not in path.parents
    ]


def defined(tree: ast.Module) -> Iterator[str]:
    """Names of functions, classes and constants that nothing registers."""
    for node in ast.walk(tree):
        is_named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if is_named and not node.name.endswith("__") and decorators(node) <= PLAIN:
            yield node.name
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def decorators(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> set[str]:
    """Names of decorators, without what they are given."""
    return {ast.unparse(one).split("(")[0].split(".")[-1] for one in node.decorator_list}


def unused(sources: dict[Path, str], texts: dict[Path, str]) -> list[str]:
    """Names that are written in one place only."""
    words = Counter(word for text in texts.values() for word in WORD.findall(text))
    return sorted(
        f"{path.relative_to(ROOT)}: {name}"
        for path, text in sources.items()
        for name in defined(ast.parse(text))
        if words[name] < 2 and name not in FOR_OTHERS
    )


def test_nothing_lies_unused() -> None:
    texts = {path: path.read_text("utf-8") for path in files()}
    of_package = tuple(str(ROOT / source) for source in SOURCES)
    sources = {
        path: text
        for path, text in texts.items()
        if path.suffix == ".py" and str(path).startswith(of_package)
    }
    assert len(sources) > 300
    assert unused(sources, texts) == []


PLANTED = """
LEFT: int = 1
USED: int = 2

def lone():
    return USED

@app.get("/")
def page(): ...
"""


def test_what_lies_unused_is_found() -> None:
    path = ROOT / "ganglioside" / "planted.py"
    found = [f"ganglioside/planted.py: {name}" for name in ("LEFT", "lone")]
    assert unused({path: PLANTED}, {path: PLANTED}) == found
