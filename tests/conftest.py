"""What holds for all tests: they leave nothing at home, hurry nobody, and share the work well."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Generator, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

# Helpers tell, as tests do, what they found instead; told before they are imported.
pytest.register_assert_rewrite(
    "browser", "widgets", "deploy", "corpus", "command_line", "explained", "simulated_study"
)

import effort  # noqa: E402
import kept_open  # noqa: E402
import kernel_sockets  # noqa: E402
import stores  # noqa: E402

if TYPE_CHECKING:
    from xdist.scheduler import LoadFileScheduling

effort.load_profile()
kernel_sockets.use_sockets()
if sys.platform == "linux":
    from copied_kernels import copy_kernels

    copy_kernels()

# Keep what Python has compiled, also in a container that tells it not to: else each process that a
# test starts would compile the whole package anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# What is loaded before the tests run stays: to look through it for garbage is in vain.
gc.disable()

#: Files that begin first, since they take longest; the others fill what is left of the time.
LONGEST: Final = (
    "tests/browser/",
    "tests/reading/test_features.py",
    "tests/widgets/serving/test_pages.py",
    "tests/widgets/elements/test_door.py",
    "tests/batch/",
    "tests/history/care/test_import_checks.py",
    "tests/history/care/test_verify.py",
    "tests/history/",
    "tests/jobs/",
    "tests/widgets/",
    "tests/cli/",
    "tests/test_analysis.py",
    "notebooks/",
)

#: Tests of these folders share a server or a cluster, and so a worker.
TOGETHER: Final = ("tests/browser/", "tests/batch/")

#: Files of these folders that start a server of their own, or none: any worker may have them.
APART: Final = tuple(
    f"tests/browser/test_{name}.py" for name in ("hub", "other_servers", "lab_page", "report_page")
)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Collect garbage again, among what comes from here on, and a tenth as often."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


@pytest.fixture
def caplog(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What is logged, also while a cluster of another test runs, which silences all handlers."""
    caplog.handler.setLevel(logging.NOTSET)
    return caplog


@pytest.fixture(autouse=True)
def _own_handlers() -> Iterator[None]:
    """Take away what a test let write its log: the stream of it is closed, or that of others."""
    root = logging.getLogger()
    before = {*root.handlers}
    yield
    for handler in {*root.handlers} - before:
        if not type(handler).__module__.startswith("_pytest"):
            root.removeHandler(handler)
            handler.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests of the history on both of its stores."""
    stores.parametrize(metafunc)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest files first, without cases that mean nothing or are left to the night."""
    left_out = [item for item in items if stores.is_void(item) or stores.is_for_the_night(item)]
    config.hook.pytest_deselected(items=left_out)
    without = {*left_out}
    items[:] = [item for item in items if item not in without]
    items.sort(key=lambda item: _rank(item.nodeid))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What was printed and logged, in signs that a worker can send: it would die of others."""
    report = yield
    report.sections = [
        (title, text.encode("utf-8", "backslashreplace").decode())
        for title, text in report.sections
    ]
    return report


def _rank(nodeid: str) -> int:
    return next((i for i, start in enumerate(LONGEST) if nodeid.startswith(start)), len(LONGEST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadFileScheduling | None:
    """Give each worker file after file in the order of `LONGEST`, where `--dist loadfile` is given.

    The plugin itself would begin with the files of most tests, which are the quickest.
    """
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class LongestFirst(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            folder = next((folder for folder in TOGETHER if nodeid.startswith(folder)), None)
            is_apart = folder is None or nodeid.startswith(APART)
            return super()._split_scope(nodeid) if is_apart else folder

    config.option.loadscopereorder = False
    return LongestFirst(config, log)


@pytest.fixture(scope="session", autouse=True)
def _own_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the key that seals jobs in a folder of the tests; processes they start inherit it."""
    before = os.environ.get("GANGLIOSIDE_JOB_KEY")
    os.environ["GANGLIOSIDE_JOB_KEY"] = str(Path(tmp_path_factory.mktemp("key")) / "job.key")
    yield
    if before is None:
        del os.environ["GANGLIOSIDE_JOB_KEY"]
    else:
        os.environ["GANGLIOSIDE_JOB_KEY"] = before


@pytest.fixture(scope="session", autouse=True)
def _own_history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the default history in a folder of the tests: a report of a table stores a session."""
    folder = tmp_path_factory.mktemp("history")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANGLIOSIDE_HISTORY", str(folder / "history.duckdb"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _empty_histories() -> Iterator[None]:
    """Make the file of an empty history once by the steps of the schema, then copy it."""
    from ganglioside.history.storage import catalog, store

    make = store._make
    made: dict[tuple[catalog.Migration, ...], bytes] = {}

    def make_once(path: Path) -> None:
        steps = catalog.migrations()
        if steps in made:
            path.write_bytes(made[steps])
        else:
            make(path)
            made[steps] = path.read_bytes()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "_make", make_once)
        yield


@pytest.fixture
def one_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a pack of figures hold the first alone: to draw all of them takes long."""
    from ganglioside.reports import figure_pack

    monkeypatch.setattr(figure_pack, "PLANNED", figure_pack.PLANNED[:1])


@pytest.fixture(scope="module")
def one_worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let the batches of a module that need one worker share it: to start one takes long."""
    from ganglioside.batch import cluster

    made = cluster._local(1, str(tmp_path_factory.mktemp("worker")), dashboard=False)
    with made, pytest.MonkeyPatch.context() as patch:
        patch.setattr(cluster, "_local", lambda *_: nullcontext(made))
        yield


@pytest.fixture(scope="module")
def jobs_here() -> Iterator[None]:
    """Let the jobs of a module be carried out in this process: to start one takes long."""
    from jobs_here import jobs_carried_out_here

    with jobs_carried_out_here():
        yield


@pytest.fixture
def stays_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the files of histories stay connected during a test, unless it is marked `lets_go`."""
    lets_go = request.node.get_closest_marker("lets_go") is not None
    with nullcontext() if lets_go else kept_open.kept_open():
        yield


@pytest.fixture(autouse=True)
def _no_loop_of_the_browser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hide the event loop that the browser's driver leaves running in a worker.

    Other tests have none of their own, as programs have none where they begin.
    """
    loop = asyncio._get_running_loop()
    if loop is None or request.node.nodeid.startswith("tests/browser/"):
        yield
        return
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)
