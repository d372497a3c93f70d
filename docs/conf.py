"""Sphinx's settings. docs/site.py calls it on staged pages; see there."""
import logging
import os
import re
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

_root = Path(os.environ.get("EDGESIM_SOURCE_DIR", Path(__file__).resolve().parent.parent))
_lists = (_root / "CMakeLists.txt").read_text(encoding="utf-8")
_version = re.search(r"project\(edgesim VERSION ([\d.]+)", _lists)
if _version is None:
    raise RuntimeError("CMakeLists.txt names no version")

project = "edgesim"
author = "the edgesim authors"
copyright = author  # noqa: A001, a name that Sphinx asks for
version = release = _version[1]
root_doc = "index"
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}

extensions: List[str] = ["myst_parser"]
myst_heading_anchors = 4  # as GitHub has them
myst_enable_extensions = ["deflist"]
highlight_language = "none"
suppress_warnings = ["misc.highlighting_failure"]  # excerpts with "..." in them

# C++: where Doxygen ran.
if os.environ.get("EDGESIM_DOXYGEN_XML"):
    extensions.append("breathe")
    breathe_projects = {"edgesim": os.environ["EDGESIM_DOXYGEN_XML"]}
    breathe_default_project = "edgesim"
    breathe_domain_by_extension = {"h": "cpp"}
    breathe_show_include = False  # it names headers without their room

# Python: where the module is built.
extensions += ["sphinx.ext.autodoc", "sphinx.ext.napoleon"]
autodoc_member_order = "bysource"
autodoc_typehints = "description"
html_theme = "basic"
html_title = "edgesim"
html_static_path = [str(Path(__file__).resolve().parent / "_static")]
templates_path = [str(Path(__file__).resolve().parent / "_templates")]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_use_index = True
html_sidebars = {"**": ["navigation.html"]}
pygments_style = "sphinx"


def box_tables(app: Any, doctree: nodes.document, docname: str) -> None:
    """Puts each table into a box of its own that scrolls, so that a wide one does not widen the page."""
    for table in list(doctree.findall(nodes.table)):
        box = nodes.container(classes=["table-box"])
        table.replace_self(box)
        box += table


class CppReferences(SphinxPostTransform):
    """Links names in C++ signatures by one table of all names.

    Sphinx's own way tries every overload in every scope for each of them and takes most of the build's time.
    """

    default_priority = 5  # before Sphinx's
    _names: Optional[Dict[str, Tuple[str, str]]] = None

    def run(self, **kwargs: Any) -> None:
        """Replaces the references of one page."""
        if CppReferences._names is None:
            found: Dict[str, Tuple[str, str]] = {}
            for name, _, kind, page, anchor, _ in self.env.get_domain("cpp").get_objects():
                if kind not in ("member", "function", "functionParam", "templateParam", "enumerator"):
                    found.setdefault(name.split("::")[-1], (page, anchor))
            CppReferences._names = found
        for node in list(self.document.findall(addnodes.pending_xref)):
            if node.get("refdomain") != "cpp":
                continue
            target = CppReferences._names.get(node["reftarget"].split("::")[-1])
            if target and self.app.builder:
                here = self.env.docname
                node.replace_self(make_refnode(self.app.builder, here, *target, node.children))
            else:
                node.replace_self(node.children)


def not_a_duplicate(record: logging.LogRecord) -> bool:
    """C++ lets a function share its name with a type, Sphinx does not."""
    return "Duplicate C++ declaration" not in record.getMessage()


def setup(app: Any) -> Dict[str, bool]:
    """Called by Sphinx."""
    app.connect("doctree-resolved", box_tables)
    app.add_post_transform(CppReferences)
    logging.getLogger("sphinx.sphinx.domains.cpp").addFilter(not_a_duplicate)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
