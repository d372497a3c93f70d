"""What a page is made of, and its rendering: every word from a file is escaped by the template."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from edgesim import plots


class ReportError(ValueError):
    """A file that no report can be made of: one line, what is wrong and what is allowed."""

    def __init__(self, line: str) -> None:
        super().__init__(" ".join(line.split()))


@dataclass
class Table:
    """caption; columns: (title, whether numeric); rows of text, the first cell of each is its heading."""

    caption: str
    columns: list[tuple[str, bool]]
    rows: list[list[str]]
    kind: str = "table"


@dataclass
class Picture:
    svg: Markup
    caption: str
    kind: str = "picture"


@dataclass
class Words:
    text: str
    kind: str = "words"


@dataclass
class Section:
    """id is unique on a page; a folded one can be opened, and is open in print."""

    id: str
    title: str
    blocks: list[Table | Picture | Words] = field(default_factory=list)
    folded: bool = False


@dataclass
class Page:
    """kind: what it reports, such as "run"; question: one sentence; verdicts: sentences, may be none."""

    kind: str
    title: str
    question: str
    verdicts: list[str]
    sections: list[Section]


def picture(drawn: Any, name: str, title: str, caption: str) -> Picture:
    """A figure or axes as inline SVG whose colours follow the page; closes the figure."""
    from matplotlib import pyplot

    figure = getattr(drawn, "figure", None) or drawn
    text = plots.svg(figure, themed=True, title=title, desc=caption, prefix=name)
    pyplot.close(figure)
    return Picture(Markup(text), caption)


def render(page: Page) -> str:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True,
                                     trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
                                     undefined=jinja2.StrictUndefined)
    version = getattr(import_module("edgesim"), "__version__")
    return environment.get_template("page.html.j2").render(page=page, version=version, light=plots.LIGHT,
                                                           dark=plots.DARK)


def number(value: Any, digits: int = 2, scale: float = 1) -> str:
    """A number with so many decimals, "-" where there is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return "-"
    text = f"{value * scale:.{digits}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def estimate(value: Any, digits: int = 2, scale: float = 1) -> str:
    """A mean with its 95 % interval, from {"mean": m, "ci95": [low, high] or null}."""
    if not isinstance(value, dict):
        return "-"
    text = number(value.get("mean"), digits, scale)
    interval = value.get("ci95")
    if not isinstance(interval, list) or len(interval) != 2:
        return text
    return f"{text} [{number(interval[0], digits, scale)}, {number(interval[1], digits, scale)}]"


def plain(value: Any) -> str:
    """A value of a file as a person reads it."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(item) for item in value) or "-"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {plain(item)}" for key, item in value.items()) or "-"
    return str(value)


def facts(caption: str, pairs: Sequence[tuple[str, Any]]) -> Table:
    """A table of names and values."""
    return Table(caption, [("what", False), ("value", False)],
                 [[name, plain(value)] for name, value in pairs])
