"""Command line: a light wrapper around the Python interface.

Exit codes: 0 done, 1 input refused, 2 wrong usage, 3 a worker that was drained, 130 interrupted.
"""

from __future__ import annotations

from ganglioside.cli import (
    analyses,
    batches,
    doctor,
    history,
    history_care,
    jobs,
    questions,
    servers,
    tokens,
    workers,
)
from ganglioside.cli.root import app

app.command()(analyses.analyze)
app.command()(analyses.annotate)
app.command()(batches.batch)
app.command()(analyses.predict)
app.command()(questions.explain)
app.command()(questions.suggest)
app.command()(questions.library)
app.command()(analyses.report)
app.command()(history.export)
app.command()(analyses.simulate)
app.command(context_settings=servers.PASS_ON)(servers.lab)
app.command("app", context_settings=servers.PASS_ON)(servers.serve_app)
app.command()(servers.serve)
app.command("hub-config")(servers.hub_config)
app.command()(workers.worker)
app.command()(doctor.doctor)
history.history.add_typer(history_care.care)
app.add_typer(history.history, name="history")
app.add_typer(jobs.jobs, name="jobs")
app.add_typer(tokens.tokens, name="tokens")
app.add_typer(workers.workers, name="workers")

__all__ = ["app"]
