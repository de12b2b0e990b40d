"""Kernels of web pages are bounded: visitors are refused, spares wait."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError

from ganglioside.history import sharing
from ganglioside.history.sharing import Person, person_here
from ganglioside_widgets.serving.kernels import BoundedKernels, VisitorsKernels

SPARE = {"VOILA_PREHEAT": "True"}

ANN = Person("Ann", groups=("lipids",))

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Return the result of a coroutine, run in a thread: this one may have a browser's loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.fixture
def kernels(monkeypatch: pytest.MonkeyPatch) -> BoundedKernels:
    async def start(self: Any, **named: Any) -> str:
        await asyncio.sleep(0)
        kernel = f"kernel {len(self)}"
        self._kernels[kernel] = object()
        return kernel

    monkeypatch.setattr(AsyncMappingKernelManager, "_async_start_kernel", start)
    monkeypatch.setattr(AsyncMappingKernelManager, "__del__", lambda self: None, raising=False)
    monkeypatch.setattr("ganglioside_widgets.serving.kernels._INTERVAL", 0.001)
    return BoundedKernels(max_kernels=3)


async def spare_of(kernels: BoundedKernels) -> dict[str, str]:
    """Start a spare kernel; returns what Voila keeps of it."""
    return {"kernel_id": await kernels.start_kernel(env=SPARE)}


def test_visitors_above_the_bound_are_refused_with_words(kernels: BoundedKernels) -> None:
    async def crowd() -> list[object]:
        return await asyncio.gather(
            *(kernels.start_kernel(env={}) for _ in range(8)), return_exceptions=True
        )

    answers = run(crowd())
    refused = [answer for answer in answers if isinstance(answer, HTTPError)]
    assert len(kernels) == 3
    assert len(refused) == 5
    assert {answer.status_code for answer in refused} == {503}
    assert "--max-kernels" in str(refused[0].log_message)


def test_spares_wait_for_room_in_the_order_of_asking(
    kernels: BoundedKernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[bool] = []
    is_full = BoundedKernels.is_full.fget
    assert is_full is not None

    def look(self: BoundedKernels) -> bool:
        looks.append(is_full(self))
        return looks[-1]

    monkeypatch.setattr(BoundedKernels, "is_full", property(look))

    async def fill() -> None:
        for _ in range(3):
            await kernels.start_kernel(env={})
        done: list[int] = []

        async def spare(number: int) -> None:
            await kernels.start_kernel(env=SPARE)
            done.append(number)

        waiting = [asyncio.create_task(spare(number)) for number in range(3)]
        looks.clear()
        while len(looks) < 5:  # in vain
            await asyncio.sleep(0)
        assert done == []
        assert len(kernels) == 3
        for number in range(3):
            kernels._kernels.popitem()
            await waiting[number]
            assert len(kernels) == 3
        assert done == [0, 1, 2]

    run(fill())


def test_a_spare_that_is_ready_is_room(kernels: BoundedKernels) -> None:
    async def look() -> None:
        ready: asyncio.Future[dict[str, str]] = asyncio.Future()
        kernels._pools = {"a.ipynb": [ready], "b.ipynb": []}  # type: ignore[attr-defined]
        assert kernels.has_room("a.ipynb")
        for _ in range(3):
            await kernels.start_kernel(env={})
        assert not kernels.has_room("a.ipynb")
        assert not kernels.has_room("b.ipynb")
        ready.set_result({"kernel_id": "kernel"})
        assert kernels.has_room("a.ipynb")

    run(look())


def test_a_visitor_waits_for_a_spare_that_is_started_and_not_for_one_without_room(
    kernels: BoundedKernels,
) -> None:
    """Once they waited for the room that another visitor's page had taken meanwhile, for ever."""

    async def look() -> None:
        started = asyncio.create_task(spare_of(kernels))
        kernels._pools = {"a.ipynb": [started]}  # type: ignore[attr-defined]
        await kernels.claim("a.ipynb")
        assert started.done()
        for _ in range(2):
            await kernels.start_kernel(env={})
        late = asyncio.create_task(spare_of(kernels))
        kernels._pools["b.ipynb"] = [late]  # type: ignore[attr-defined]
        with pytest.raises(HTTPError) as refused:
            await kernels.claim("b.ipynb")
        assert refused.value.status_code == 503
        assert kernels.spares("b.ipynb") == [late]  # it waits for room, and for the next visitor
        kernels._kernels.popitem()
        await kernels.claim("b.ipynb")
        assert late.done()

    run(look())


def test_pages_are_made_one_after_the_other_and_room_is_kept_for_who_waits(
    kernels: BoundedKernels,
) -> None:
    async def crowd() -> None:
        made = [asyncio.Event() for _ in range(3)]
        begun: list[int] = []

        async def visit(number: int) -> None:
            async with kernels.turn("a.ipynb"):
                await kernels.start_kernel(env={})
                begun.append(number)
                await made[number].wait()

        kernels._making = asyncio.Semaphore(1)
        visits = [asyncio.create_task(visit(number)) for number in range(3)]
        await asyncio.sleep(0.01)
        assert begun == [0]
        assert kernels.is_full  # two have no kernel yet, but one is theirs
        with pytest.raises(HTTPError):
            await kernels.start_kernel(env={})
        for number in range(3):
            made[number].set()
            await visits[number]
        assert begun == [0, 1, 2]
        assert len(kernels) == 3

    run(crowd())


def test_a_visitor_who_fails_or_gets_a_spare_keeps_no_room(kernels: BoundedKernels) -> None:
    async def look() -> None:
        ready: asyncio.Future[dict[str, str]] = asyncio.Future()
        kernels._pools = {"a.ipynb": [ready]}  # type: ignore[attr-defined]
        with pytest.raises(RuntimeError):
            async with kernels.turn("a.ipynb"):
                raise RuntimeError("the page is broken")
        assert not kernels._promised
        ready.set_result({"kernel_id": "kernel"})
        kernels._making = asyncio.Semaphore(0)
        async with kernels.turn("a.ipynb"):  # without a wait: nothing is to be made
            assert not kernels._promised

    run(look())


def test_a_stuck_page_does_not_hold_up_the_others(
    kernels: BoundedKernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganglioside_widgets.serving.kernels._LONGEST_TURN", 0.001)

    async def look() -> None:
        kernels._making = asyncio.Semaphore(1)
        async with kernels.turn("a.ipynb"):
            await asyncio.create_task(second())

    async def second() -> None:
        async with kernels.turn("a.ipynb"):
            pass

    run(look())


def test_each_visitor_waits_for_a_spare_of_his_own_and_the_ready_one_comes_first(
    kernels: BoundedKernels,
) -> None:
    async def spare_later(pending: asyncio.Event) -> dict[str, str]:
        await pending.wait()
        return await spare_of(kernels)

    async def look() -> None:
        pending, ready = asyncio.Event(), asyncio.create_task(spare_of(kernels))
        slow = asyncio.create_task(spare_later(pending))
        await ready
        kernels._pools = {"a.ipynb": [slow, ready]}  # type: ignore[attr-defined]
        assert VisitorsKernels(kernels, None).get_pool_size("a.ipynb") == 2
        await kernels.claim("a.ipynb")
        assert kernels._pools["a.ipynb"].pop(0) is ready  # type: ignore[attr-defined]
        claim = asyncio.create_task(kernels.claim("a.ipynb"))
        await asyncio.sleep(0)
        assert VisitorsKernels(kernels, None).get_pool_size("a.ipynb") == 0
        pending.set()
        await claim
        assert kernels.spares("a.ipynb") == [slow]

    run(look())


class Beginning(SimpleNamespace):
    """A kernel that has not answered, of a process that works or does not."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(execution_state="starting", provisioner=SimpleNamespace(pid=process.pid))


@pytest.fixture
def begun(
    kernels: BoundedKernels, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Coroutine[Any, Any, str]]]:
    """Starts kernels of processes with some code; they have not answered anybody."""
    processes = []

    async def start(self: Any, **named: Any) -> str:
        process = subprocess.Popen([sys.executable, "-c", named["code"]])
        processes.append(process)
        kernel = f"kernel {len(processes)}"
        self._kernels[kernel] = Beginning(process)
        return kernel

    async def shut_down(self: Any, kernel_id: str, now: bool = False) -> None:
        assert now
        del self._kernels[kernel_id]

    monkeypatch.setattr(AsyncMappingKernelManager, "_async_start_kernel", start)
    monkeypatch.setattr(BoundedKernels, "shutdown_kernel", shut_down)
    monkeypatch.setattr("ganglioside_widgets.serving.kernels._BEGINNING", 1.5)
    monkeypatch.setattr("ganglioside_widgets.serving.kernels._LEAST_WORK", 0.01)
    yield lambda code: kernels.start_kernel(env=SPARE, code=code)
    for process in processes:
        process.kill()
        process.wait()


SLEEPS = "import time; time.sleep(600)"
WORKS = "import time\nwhile True: sum(range(100_000)); time.sleep(0.02)"


def test_a_kernel_that_neither_answers_nor_works_is_ended(
    kernels: BoundedKernels, begun: Callable[[str], Coroutine[Any, Any, str]]
) -> None:
    """Once a page waited for such a kernel for ten minutes."""

    async def look() -> None:
        stuck, busy, answers = [await begun(code) for code in (SLEEPS, WORKS, SLEEPS)]
        kernels.get_kernel(answers).execution_state = "idle"  # type: ignore[attr-defined]
        while stuck in kernels:
            await asyncio.sleep(0.05)
        assert busy in kernels
        assert answers in kernels

    run(look())


def test_a_visitor_gets_the_spare_that_replaces_a_stuck_one(
    kernels: BoundedKernels, begun: Callable[[str], Coroutine[Any, Any, str]]
) -> None:
    async def spare(code: str, state: str) -> dict[str, str]:
        kernel = await begun(code)
        kernels.get_kernel(kernel).execution_state = state  # type: ignore[attr-defined]
        return {"kernel_id": kernel}

    def fill(delay: int, notebook_name: str) -> None:
        kernels._pools[notebook_name].append(  # type: ignore[attr-defined]
            asyncio.create_task(spare(SLEEPS, "idle"))
        )

    async def look() -> None:
        kernels.fill_if_needed = fill  # type: ignore[attr-defined]
        kernels._pools = {"a.ipynb": []}  # type: ignore[attr-defined]
        first = asyncio.create_task(spare(SLEEPS, "starting"))
        kernels._pools["a.ipynb"].append(first)  # type: ignore[attr-defined]
        await first
        assert not kernels._is_ready("a.ipynb")
        await kernels.claim("a.ipynb")
        (claimed,) = kernels._pools["a.ipynb"]  # type: ignore[attr-defined]
        assert claimed is not first
        assert claimed.result()["kernel_id"] in kernels

    run(look())


def test_kernels_let_the_server_go_first(
    kernels: BoundedKernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        kernel = SimpleNamespace(provisioner=SimpleNamespace(pid=process.pid))
        monkeypatch.setattr(BoundedKernels, "get_kernel", lambda self, kernel_id: kernel)
        run(kernels.start_kernel(env={}))
        assert os.getpriority(os.PRIO_PROCESS, process.pid) > os.getpriority(os.PRIO_PROCESS, 0)
        process.communicate(b"\n")


def test_a_kernel_that_fails_to_start_takes_no_room(
    kernels: BoundedKernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(self: Any, **named: Any) -> str:
        raise RuntimeError("no memory")

    monkeypatch.setattr(AsyncMappingKernelManager, "_async_start_kernel", fail)
    for _ in range(5):
        with pytest.raises(RuntimeError):
            run(kernels.start_kernel(env={}))
    assert not kernels.is_full


def test_a_kernel_is_told_by_the_server_who_opened_its_page(
    kernels: BoundedKernels, tmp_path: Path
) -> None:
    """The kernel knows the file's name from its start, and finds the person there later."""
    kernels.people_folder = str(tmp_path)
    env = dict(SPARE)
    spare = run(kernels.start_kernel(env=env))
    assert sharing.VARIABLE not in env  # that of the caller stays as it is
    file = kernels._files[spare]
    assert file.parent == tmp_path
    assert not file.exists()
    assert not kernels.may_use(spare, ANN)  # nobody's yet
    kernels.hand_over(spare, ANN)
    assert person_here({sharing.VARIABLE: str(file)}) == ANN
    assert kernels.may_use(spare, ANN)
    for other in (Person("Bob"), None):
        assert not kernels.may_use(spare, other)
    assert not kernels.may_use("unknown", ANN)
    kernels.remove_kernel(spare)
    assert not file.exists()
    assert not kernels.may_use(spare, ANN)


def test_each_kernel_has_a_file_of_its_own(kernels: BoundedKernels, tmp_path: Path) -> None:
    kernels.people_folder = str(tmp_path)
    mine = run(VisitorsKernels(kernels, ANN).start_kernel(env={}))
    bobs = run(VisitorsKernels(kernels, Person("Bob")).start_kernel(env={}))
    assert [kernels.may_use(mine, ANN), kernels.may_use(bobs, ANN)] == [True, False]
    assert len({*kernels._files.values()}) == 2


def test_where_nobody_signs_in_kernels_are_not_told(kernels: BoundedKernels) -> None:
    kernel = run(kernels.start_kernel(env={}))
    assert kernels._files == {}
    assert kernels.may_use(kernel, None)


def test_a_spare_kernel_is_handed_over_before_its_page_is_sent(
    kernels: BoundedKernels, tmp_path: Path
) -> None:
    kernels.people_folder = str(tmp_path)
    spare = run(kernels.start_kernel(env=SPARE))

    class Voila:
        hand_over = kernels.hand_over
        is_full = False

        async def claim(self, page: str) -> None:
            assert page == "a"

        async def get_rendered_notebook(self, notebook_name: str) -> tuple[str, str, str]:
            return notebook_name, "page", spare

    theirs = VisitorsKernels(Voila(), ANN)
    assert run(theirs.get_rendered_notebook(notebook_name="a"))[2] == spare
    assert kernels.may_use(spare, ANN)
    assert not theirs.is_full
