"""What is loaded before kernels are copied can be shared: no thread of its own, no environment."""

from __future__ import annotations

import subprocess
import sys

#: Threads of Python, and names that were looked up in the environment, but for those of libraries.
LOOK = """
import os, sys, threading
asked = []
class Watched(type(os.environ)):
    def __getitem__(self, name):
        caller = sys._getframe(1)
        for frame in (caller, caller.f_back):
            file = frame.f_code.co_filename
            if "ganglioside" in file and "site-packages" not in file:
                asked.append(name)
        return super().__getitem__(name)
os.environ.__class__ = Watched
import ganglioside_widgets.serving.preparation
import gc
print([t.name for t in threading.enumerate()], asked, gc.get_freeze_count() > 100_000)
"""


def test_nothing_is_loaded_that_copies_could_not_share() -> None:
    """A copy has neither threads nor the environment of what it is copied from."""
    told = subprocess.check_output([sys.executable, "-P", "-c", LOOK], text=True)
    assert told == "['MainThread'] [] True\n"
