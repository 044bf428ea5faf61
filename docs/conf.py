"""Sphinx's settings: python -m sphinx -W -b html docs docs/_build. The pictures are drawn first."""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import figures  # noqa: E402

import cyresize  # noqa: E402

project = "cyresize"
author = "the cyresize authors"
project_copyright = author
release = version = cyresize.__version__
extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "generated", "photos", "figures"]
napoleon_google_docstring = False
napoleon_use_rtype = False
autodoc_member_order = "alphabetical"
autodoc_typehints = "none"
# What stands for None or for a whole type is clearer by its name.
autodoc_preserve_defaults = True
# Every role must find its target; the words of NumPy-style types and other projects' names are no targets.
nitpicky = True
nitpick_ignore_regex = [("py:class", r"^(?!cyresize).*"), ("py:mod", "contextvars")]
html_theme = "furo"
html_title = f"cyresize {release}"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["static"]
html_css_files = ["pictures.css"]


def draw(app):
    """Draw the pictures, and put the report of the benchmark beside the pages."""
    folder = HERE / "generated"
    figures.draw_all(folder)
    if (folder / "report.html").exists():
        shutil.copy(folder / "report.html", app.outdir)


def setup(app):
    """Draw when a build starts."""
    app.connect("builder-inited", draw)
