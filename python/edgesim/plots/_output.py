"""Figures as files, as text for a page, and as a hash of what they show."""

from __future__ import annotations

import hashlib
import html
import io
import re
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import Collection, LineCollection, PathCollection
from matplotlib.figure import Figure

from edgesim._arguments import checked
from edgesim.plots._style import DARK, LIGHT, RC

_SVG: dict[str, object] = {**RC, "svg.fonttype": "none", "svg.hashsalt": "edgesim"}
_FORMATS = ("svg", "pdf", "png")


@checked
def save(figure: Figure | Axes, path: str | Path) -> Path:
    """Writes a figure as .svg, .pdf or .png by its suffix; the same figure gives the same bytes."""
    path = Path(path)
    kind = path.suffix[1:].lower()
    if kind not in _FORMATS:
        raise ValueError(f"{path}: suffix '{path.suffix}'; allowed: .svg, .pdf, .png")
    dates: dict[str, dict[str, None]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}
    with matplotlib.rc_context(_SVG):
        _figure(figure).savefig(path, format=kind, dpi=160, metadata=dates[kind])
    return path


@checked
def svg(figure: Figure | Axes, *, theme: str = "light", themed: bool = False, title: str = "", desc: str = "",
        prefix: str = "") -> str:
    """A figure as one <svg> element, with text as text and the same bytes each time.

    theme: "light" or "dark" fixes the colours; themed=True makes each colour a CSS custom property of its
    role (`var(--ink)`, `var(--series-1)`, ...; `plots.LIGHT` and `plots.DARK` are their values), no
    background, and a size that follows the page. title and desc: what a screen reader says, plain text.
    prefix goes before every id, so that several figures fit one page; by default it is made from the data.
    """
    if theme not in ("light", "dark"):
        raise ValueError(f"theme '{theme}'; allowed: light, dark")
    figure = _figure(figure)
    buffer = io.StringIO()
    with matplotlib.rc_context(_SVG):
        figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=themed)
    text = buffer.getvalue()
    text = text[text.index("<svg"):]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    prefix = prefix or "f" + hashlib.sha256((data_hash(figure) + title).encode()).hexdigest()[:8]
    text = re.sub(r'\bid="', f'id="{prefix}-', text)
    text = re.sub(r'((?:xlink:)?href="#|url\(#)', rf"\g<1>{prefix}-", text)
    # The opacity of a hatched area is that of its pattern too, and would count twice.
    text = re.sub(r"<pattern.*?</pattern>", lambda found: re.sub(r"; stroke-opacity: [\d.]+", "", found[0]),
                  text, flags=re.DOTALL)
    roles = {colour: role for role, colour in LIGHT.items()}

    def recolour(match: re.Match[str]) -> str:
        role = roles.get(match[0].lower())
        if role is None:
            return match[0]
        return f"var(--{role})" if themed else (DARK if theme == "dark" else LIGHT)[role]

    text = re.sub(r"#[0-9a-fA-F]{6}\b", recolour, text)
    text = re.sub(r'fill="(var\([^"]*\))"', r'style="fill: \1"', text)  # var() belongs into style
    return _with_words(text, prefix, title, desc, themed)


def _with_words(text: str, prefix: str, title: str, desc: str, themed: bool) -> str:
    head, rest = text.split(">", 1)
    if themed:
        width = re.search(r'viewBox="0 0 ([\d.]+) ', head)
        head = re.sub(r'\s(?:width|height)="[^"]*"', "", head)
        head += f' style="max-width: {float(width[1]) * 96 / 72:.0f}px"' if width else ""
    words = ""
    labels = []
    for tag, said in (("title", title), ("desc", desc)):
        if said:
            words += f'<{tag} id="{prefix}-{tag}">{html.escape(said)}</{tag}>'
            labels.append(f"{prefix}-{tag}")
    head += ' role="img"' + (f' aria-labelledby="{" ".join(labels)}"' if labels else "")
    return f"{head}>{words}{rest}".rstrip() + "\n"


@checked
def data_hash(figure: Figure | Axes) -> str:
    """12 hexadecimal digits of sha256 over the data of lines, bars, collections and images, as drawn.

    Numbers are rounded to 6 significant digits; colours, words and sizes do not count.
    """
    digest = hashlib.sha256()
    for kind, values in _data(_figure(figure)):
        array = np.asarray(values, dtype=float)
        mask = getattr(values, "mask", None)
        if mask is not None:
            array = np.where(mask, np.nan, array)
        words = " ".join(_six(value) for value in array.ravel())
        digest.update(f"{kind} {array.shape} {words}\n".encode())
    return digest.hexdigest()[:12]


def _six(value: float) -> str:
    return "0" if value == 0 else f"{value:.6g}"


def _data(figure: Figure) -> Iterator[tuple[str, object]]:
    for ax in figure.axes:
        for line in ax.lines:
            yield "line", np.column_stack(line.get_data(orig=False))
        for patch in ax.patches:
            yield "patch", patch.get_patch_transform().transform(patch.get_path().vertices)
        for collection in ax.collections:
            yield from _collection(collection)
        for image in ax.images:
            yield "image", image.get_array()


def _collection(collection: Collection) -> Iterator[tuple[str, object]]:
    if isinstance(collection, PathCollection):
        yield "points", collection.get_offsets()
    elif isinstance(collection, LineCollection):
        for segment in collection.get_segments():
            yield "segment", segment
    elif not hasattr(collection, "get_coordinates"):
        for path in collection.get_paths():
            yield "area", path.vertices
    if hasattr(collection, "get_coordinates"):
        yield "mesh", collection.get_coordinates()
    if collection.get_array() is not None:
        yield "values", collection.get_array()


def _figure(figure: Figure | Axes) -> Figure:
    found = figure.figure if isinstance(figure, Axes) else figure
    if not isinstance(found, Figure):
        raise ValueError(f"figure: is a {type(found).__name__}; allowed: a matplotlib Figure or Axes")
    return found
