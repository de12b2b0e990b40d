"""Kernels of the web pages, with an upper limit."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import psutil
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado import web
from traitlets import Int, Unicode

from ganglioside.history import sharing
from ganglioside.history.sharing import Person
from ganglioside.support.whole_files import write_whole
from ganglioside_widgets.serving.options import MOST_KERNELS

#: Seconds between two checks whether there is room for a spare kernel.
_INTERVAL: Final = 0.5

#: Seconds between two looks whether a spare kernel is ready.
_LOOK: Final = 0.05

#: Arguments of kernels. Each would warn of its transport, which is signed and stays here.
_QUIET: Final = ("--IPKernelApp.log_level=ERROR",)

#: Niceness of kernels: from 0, as the server has, to 19.
_NICENESS: Final = 10

#: Pages that are made at once. To make one keeps a core busy: more of them would all be slower, and
#: with them everything else.
_AT_ONCE: Final = max(2, os.cpu_count() or 1)

#: Seconds after which a page is no longer counted among them: its kernel may be stuck.
_LONGEST_TURN: Final = 60.0

#: Seconds between two looks whether a kernel that has not begun yet works.
_BEGINNING: Final = 30.0

#: Seconds of a core that a kernel needs between two looks while it begins, even on a busy machine.
_LEAST_WORK: Final = 0.05

#: Seconds after which a visitor who was refused may try again.
RETRY: Final = 30

FULL: Final = (
    "All kernels of this server are in use. Try again in half a minute, or close pages that are "
    "no longer needed. Whoever runs the server can allow more: ganglioside app --max-kernels {}"
)


class BoundedKernels(AsyncMappingKernelManager):
    """Starts at most `max_kernels` kernels.

    A visitor above the limit is refused; a spare kernel, started ahead for a later visitor, waits
    until there is room.
    """

    max_kernels = Int(MOST_KERNELS, min=1, help="Most kernels at once.", config=True)
    people_folder = Unicode(
        "",
        config=True,
        help="Folder that only this user can read, in which kernels are told who has opened their "
        "page; empty where nobody signs in.",
    )

    def __init__(self, **named: Any) -> None:
        self._people: dict[str, Person] = {}
        self._files: dict[str, Path] = {}
        self._turn = asyncio.Lock()
        self._waiting: set[Any] = set()  # tasks of spares for which there is no room yet
        self._claimed: set[Any] = set()  # tasks of spares that visitors wait for
        self._starting = 0
        self._making = asyncio.Semaphore(_AT_ONCE)
        self._turns: set[Any] = set()  # tasks that wait until a page is made
        self._promised: set[Any] = set()  # tasks of visitors whose turn comes, with room for them
        self._looks: set[Any] = set()  # tasks that wait until a kernel has begun
        super().__init__(**named)  # type: ignore[no-untyped-call]

    @property
    def is_full(self) -> bool:
        """Whether no further kernel may be started."""
        return len(self) + self._starting + len(self._promised) >= self.max_kernels

    def refusal(self) -> web.HTTPError:
        """Error 503 for a visitor when there is no room."""
        return web.HTTPError(503, FULL.format(2 * self.max_kernels))

    async def start_kernel(self, **named: Any) -> str:  # type: ignore[override]
        """Start a kernel; returns its id."""
        file = self._name_file(named)
        named["extra_arguments"] = [*named.get("extra_arguments", []), *_QUIET]
        if named.get("env", {}).get("VOILA_PREHEAT") == "True":
            await self._room_for_spare()
        elif self._forget_promise() or not self.is_full:
            self._starting += 1
        else:
            raise self.refusal()
        try:
            kernel_id = str(await super()._async_start_kernel(**named))
        finally:
            self._starting -= 1
        if file is not None:
            self._files[kernel_id] = file
        self._step_back(kernel_id)
        look = asyncio.create_task(self._replace_if_stuck(kernel_id))
        self._looks.add(look)
        look.add_done_callback(self._looks.discard)
        return kernel_id

    def _step_back(self, kernel_id: str) -> None:
        """Let the server itself go first: many kernels at once must not slow its answers."""
        process = self._process_of(kernel_id)
        if process is not None and hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, process, _NICENESS)

    def _process_of(self, kernel_id: str) -> int | None:
        """Process of a kernel, if it has one."""
        if kernel_id not in self:
            return None
        provisioner = getattr(self.get_kernel(kernel_id), "provisioner", None)
        process: int | None = getattr(provisioner, "pid", None)
        return process

    async def _replace_if_stuck(self, kernel_id: str) -> None:
        """End a kernel that neither answers nor works; a spare one is replaced.

        It is rare that a process stops while it begins, but its visitor would wait for ten minutes.
        """
        before = self._seconds_of_work(kernel_id)
        await asyncio.sleep(_BEGINNING)
        while self.is_beginning(kernel_id):
            now = self._seconds_of_work(kernel_id)
            if now - before < _LEAST_WORK:
                self.log.warning("Kernel %s does not begin: it is ended.", kernel_id)
                await self._replace(kernel_id)
                return
            before = now
            await asyncio.sleep(_BEGINNING)

    def is_beginning(self, kernel_id: str) -> bool:
        """Whether a kernel has not answered anybody yet."""
        if kernel_id not in self:
            return False
        return getattr(self.get_kernel(kernel_id), "execution_state", None) == "starting"

    def _seconds_of_work(self, kernel_id: str) -> float:
        """Seconds for which a kernel has kept a core busy; of one that has ended, none."""
        process = self._process_of(kernel_id)
        try:
            times = psutil.Process(process).cpu_times() if process is not None else None
        except psutil.Error:
            return 0.0
        return 0.0 if times is None else float(times.user + times.system)

    async def _replace(self, kernel_id: str) -> None:
        """End a kernel at once, and start another one where it was a spare."""
        pools: dict[str, list[Any]] = getattr(self, "_pools", {})
        for page, pool in pools.items():
            stuck = [task for task in pool if task.done() and _kernel_of(task) == kernel_id]
            for task in stuck:
                pool.remove(task)
                self.fill_if_needed(delay=0, notebook_name=page)  # type: ignore[attr-defined]
        ended = self.shutdown_kernel(kernel_id, now=True)  # type: ignore[no-untyped-call]
        await ended

    @asynccontextmanager
    async def turn(self, page: str) -> AsyncIterator[None]:
        """Turn of a visitor to have a page made; room for its kernel is kept until then.

        Visitors come in the order of asking; one for whom a spare kernel is ready need not wait.
        """
        if self._is_ready(page):
            yield
            return
        self._promised.add(asyncio.current_task())
        is_made = asyncio.Event()
        try:
            await self._making.acquire()
            turn = asyncio.create_task(self._let_next(is_made))
            self._turns.add(turn)
            turn.add_done_callback(self._turns.discard)
            yield
        finally:
            is_made.set()
            self._forget_promise()

    async def _let_next(self, is_made: asyncio.Event) -> None:
        """Let the next visitor have a turn once a page is made, or takes too long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(is_made.wait(), _LONGEST_TURN)
        self._making.release()

    def _forget_promise(self) -> bool:
        """Keep no room any more for the visitor of this task; returns whether there was some."""
        task = asyncio.current_task()
        was_promised = task in self._promised
        self._promised.discard(task)
        return was_promised

    def _is_ready(self, page: str) -> bool:
        """Whether a spare kernel of a page is ready."""
        return any(self._has_begun(task) for task in self.spares(page))

    def _has_begun(self, spare: Any) -> bool:
        """Whether a spare kernel has answered, or could not be started."""
        if not spare.done():
            return False
        kernel_id = _kernel_of(spare)
        return kernel_id is None or not self.is_beginning(kernel_id)

    async def _room_for_spare(self) -> None:
        """Wait until there is room for a spare kernel, and take it; first come, first served."""
        task = asyncio.current_task()
        self._waiting.add(task)
        try:
            async with self._turn:
                while self.is_full:
                    await asyncio.sleep(_INTERVAL)
                self._starting += 1
        finally:
            self._waiting.discard(task)

    def spares(self, page: str) -> list[Any]:
        """Tasks of the spare kernels of a page that nobody waits for, those ready first."""
        free = [task for task in self._pool(page) if task not in self._claimed]
        return sorted(free, key=lambda task: not self._has_begun(task))

    def _pool(self, page: str) -> list[Any]:
        """Tasks of all spare kernels of a page, as Voila keeps them."""
        pool: list[Any] = getattr(self, "_pools", {}).get(page, [])
        return pool

    async def claim(self, page: str) -> None:
        """Put a spare kernel of a page first that is ready, and wait until one is.

        Raises
        ------
        tornado.web.HTTPError
            503, if there is no room for it: nobody waits until another page is closed.
        """
        self._forget_promise()  # the spare has its own room, or waits for it
        spare = self.spares(page)[0]
        while not await self._begins(spare, page):
            spare = self.spares(page)[0]
        pool = self._pool(page)
        pool.remove(spare)
        pool.insert(0, spare)

    async def _begins(self, spare: Any, page: str) -> bool:
        """Wait until a spare kernel is ready; False where it was replaced meanwhile."""
        self._claimed.add(spare)
        try:
            while not self._has_begun(spare):
                if spare in self._waiting and self.is_full:
                    raise self.refusal()
                await asyncio.sleep(_LOOK)
        finally:
            self._claimed.discard(spare)
        return spare in self._pool(page)

    def _name_file(self, named: dict[str, Any]) -> Path | None:
        """Name a new kernel, in its environment, the file in which it will find its person."""
        if not self.people_folder:
            return None
        file = Path(self.people_folder) / secrets.token_hex(16)
        named["env"] = {**named.get("env", os.environ), sharing.VARIABLE: str(file)}
        return file

    def hand_over(self, kernel_id: str, person: Person) -> None:
        """Tell a kernel who has opened its page; nobody else gets it from then on."""
        self._people[kernel_id] = person
        write_whole(self._files[kernel_id], person.to_json().encode())

    def may_use(self, kernel_id: str, person: Person | None) -> bool:
        """Whether a person may use a kernel: where people sign in, only who opened its page."""
        if not self.people_folder:
            return True
        opener = self._people.get(kernel_id)
        return opener is not None and person is not None and opener.name == person.name

    def remove_kernel(self, kernel_id: str) -> Any:
        """Forget a kernel that has ended."""
        self._people.pop(kernel_id, None)
        if (file := self._files.pop(kernel_id, None)) is not None:
            file.unlink(missing_ok=True)
        return super().remove_kernel(kernel_id)

    def has_room(self, page: str) -> bool:
        """Whether a visitor of a page would get a kernel now, a new one or a spare one."""
        return self._is_ready(page) or not self.is_full


def _kernel_of(spare: Any) -> str | None:
    """Id of a spare kernel, from the task that has started it; None where that failed."""
    failed = spare.cancelled() or spare.exception() is not None
    return None if failed else str(spare.result()["kernel_id"])


class VisitorsKernels:
    """The kernels of a server as one visitor gets them.

    Where people sign in, a kernel is told who has opened its page. The page is sent only
    afterwards, so that the kernel knows when the browser first asks it.

    Parameters
    ----------
    kernels : BoundedKernels
        Those of Voila.
    person : Person or None
    """

    def __init__(self, kernels: Any, person: Person | None) -> None:
        self._kernels = kernels
        self._person = person

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernels, name)

    def get_pool_size(self, notebook_name: str) -> int:
        """Number of spare kernels that nobody waits for; with none, a kernel is started."""
        return len(self._kernels.spares(notebook_name))

    async def get_rendered_notebook(self, notebook_name: str, **named: Any) -> Any:
        """Hand over a kernel that was started ahead."""
        await self._kernels.claim(notebook_name)
        found = await self._kernels.get_rendered_notebook(notebook_name, **named)
        self._hand_over(found[2])
        return found

    async def start_kernel(self, **named: Any) -> str:
        """Start a kernel for the visitor."""
        kernel_id = str(await self._kernels.start_kernel(**named))
        self._hand_over(kernel_id)
        return kernel_id

    def _hand_over(self, kernel_id: str) -> None:
        if self._person is not None:
            self._kernels.hand_over(kernel_id, self._person)
