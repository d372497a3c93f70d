"""Links of the pages and of the built site point at something that is there."""
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Dict, Iterator, List, Set, Tuple
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(os.environ.get("EDGESIM_SOURCE_DIR", Path(__file__).resolve().parents[2]))
PAGES = [ROOT / name for name in ("README.md", "HACKING.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "docs").glob("*.md"))
FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
BARE = re.compile(r"(?<![(\w`])https?://[^\s)`>\]]+")


def prose(page: Path) -> str:
    """The page's text without code."""
    return CODE.sub("", FENCE.sub("", page.read_text(encoding="utf-8")))


def github_anchors(page: Path) -> Set[str]:
    """The anchors that GitHub gives the page's headings, and those that are set by `(name)=`."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    anchors: Set[str] = set(re.findall(r"^\((\S+)\)=$", text, re.MULTILINE))
    counts: Dict[str, int] = {}
    for heading in re.findall(r"^#{1,6}\s+(.*?)\s*#*$", text, re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("*", "")
        slug = re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")
        seen = counts.get(slug, 0)
        counts[slug] = seen + 1
        anchors.add(slug if seen == 0 else f"{slug}-{seen}")
    return anchors


def test_an_anchor_is_what_github_makes_of_a_heading(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    text = "# What's `new`, in 2 parts\n## A - B\n## A - B\n```\n# no heading\n```\n"
    page.write_text(text, encoding="utf-8")
    assert github_anchors(page) == {"whats-new-in-2-parts", "a---b", "a---b-1"}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    wrong: List[str] = []
    for target in LINK.findall(prose(page)):
        parts = urlsplit(target)
        if parts.scheme:
            if parts.scheme not in ("http", "https") or "." not in parts.netloc:
                wrong.append(f"{target}: no address")
            continue
        path = page if not parts.path else (page.parent / unquote(parts.path)).resolve()
        if not path.exists():
            wrong.append(f"{target}: no such file")
        elif ROOT.resolve() not in [path.resolve(), *path.resolve().parents]:
            wrong.append(f"{target}: outside the repository")
        elif parts.fragment and parts.fragment not in github_anchors(path):
            wrong.append(f"{target}: no such heading")
    assert not wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_bare_addresses_are_well_formed(page: Path) -> None:
    for address in BARE.findall(prose(page)):
        host = urlsplit(address.rstrip(".,;:")).netloc
        assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host), f"{address} is no address"


class Page(HTMLParser):
    """What a page links to and loads, and the anchors it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: List[str] = []
        self.loaded: List[str] = []
        self.anchors: Set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: List[Tuple[str, "str | None"]]) -> None:
        for name, value in attrs:
            if value is None:
                continue
            if name == "id" or (tag == "a" and name == "name"):
                self.anchors.add(value)
            elif tag == "a" and name == "href":
                self.links.append(value)
            elif name == "src" or (tag == "link" and name == "href"):
                self.loaded.append(value)


def broken(site: Path) -> Iterator[str]:
    """What is wrong with the links of a built site."""
    pages = {path.resolve(): Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    for path, page in pages.items():
        for link in page.links + page.loaded:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                if link in page.loaded:
                    yield f"{path.name} loads {link}"
                continue
            target = path if not parts.path else (path.parent / unquote(parts.path)).resolve()
            if target.is_dir():
                target /= "index.html"
            if not target.exists():
                yield f"{path.name} links to {link}: no such file"
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
                yield f"{path.name} links to {link}: no such anchor"


def test_the_built_site_has_no_broken_link(tmp_path: Path) -> None:
    for module in ("sphinx", "myst_parser"):
        pytest.importorskip(module, reason=f"Python has no {module} to build the pages with")
    command = [sys.executable, str(ROOT / "docs/site.py"), str(tmp_path), "--no-cpp"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "html").glob("*.html"))) > 20
    assert not list(broken(tmp_path / "html"))


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<a href="b.html">x</a><a href="#no">x</a><a href="a.html#yes" id="yes">x</a>'
        '<script src="https://x.org/y.js"></script>',
        encoding="utf-8",
    )
    assert len(list(broken(tmp_path))) == 3
