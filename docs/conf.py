"""Settings of Sphinx. `make docs` builds the site; see `.ci/docs.py`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import facts
import maths

from ganglioside.version import __version__

# Notebooks that are run here keep what they store to themselves.
os.environ["GANGLIOSIDE_HISTORY"] = f"{tempfile.mkdtemp()}/history.duckdb"
os.environ["GANGLIOSIDE_AUTHOR"] = "A. Analyst"

project = "Ganglioside"
author = "The Ganglioside developers"
copyright = f"{author}. Version {__version__}, MIT licence"
version = release = __version__
language = "en"

extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc", "myst_nb"]
templates_path = ["templates"]
# Parts of them are on other pages.
exclude_patterns = ["README.md", "CHANGELOG.md"]
nitpicky = True
# Types are of many packages, whose own documentation cannot be reached from here.
nitpick_ignore_regex = [("py:.*", ".*")]
default_role = "code"
# The reports of measurements leave out a level.
suppress_warnings = ["myst.header"]

# Pages
myst_enable_extensions = ["deflist", "substitution"]
myst_heading_anchors = 3
myst_substitutions = facts.substitutions()

# Reference
autosummary_generate = True
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
# Made by scikit-learn, and described there.
autodoc_default_options = {
    "exclude-members": "set_fit_request, set_predict_request, set_score_request",
}
python_use_unqualified_type_names = True
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

# Notebooks: run once, kept until one changes; panels need a server, so that one is not run.
nb_execution_mode = "cache"
nb_execution_excludepatterns = ["*04_build_your_own_page*"]
nb_execution_timeout = 300
nb_execution_raise_on_error = True
# Loaded from elsewhere by default.
nb_ipywidgets_js: dict[str, Any] = {}
nb_mime_priority_overrides = [("html", "image/svg+xml", 5)]

# Look
html_theme = "pydata_sphinx_theme"
html_title = "Ganglioside"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_math_renderer = "mathml"
# Pages without pages below them need no list of these.
_ALONE = ("start", "files", "your_table", "method", "words", "cli", "server", "limits", "changelog")
html_sidebars: dict[str, list[str]] = {page: [] for page in _ALONE}
html_context = {"default_mode": "auto"}
html_theme_options = {
    "navbar_align": "left",
    "navbar_persistent": ["search-button"],
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "header_links_before_dropdown": 7,
    "pygments_light_style": "default",
    "pygments_dark_style": "monokai",
}


def setup(app: Any) -> None:
    """Draw formulas by the browser itself."""
    maths.setup(app)
