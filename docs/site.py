#!/usr/bin/env python3
"""Builds the documentation site: `docs/site.py OUT [--build BUILD] [--no-cpp]`; the pages come to OUT/html.

The pages of docs/, README.md, HACKING.md and CHANGELOG.md are staged in OUT/source, where links from one
to another hold for all of them; the C++ reference is written there, a page per public header. Ends with
Sphinx's exit code, for which every warning is an error.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, List, Optional

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
ROOMS: Dict[str, str] = {
    "sim": "The ground floor: values, interfaces, the event loop, statistics",
    "devices": "Power models, profiles, language models, hosts",
    "workloads": "Requests, answers, arrivals",
    "policies": "Rules, planners, learners, shields",
    "calibration": "Importers of recordings, fits, the judgement of models, timing",
    "experiments": "Configs, runs, summaries, certificates, the regression gate",
}
FROM_ROOT = {"README.md": "readme.md", "HACKING.md": "hacking.md", "CHANGELOG.md": "changelog.md"}
LINK = re.compile(r"(\]\()([^)\s#]+)(#[^)\s]*)?(\))")


def staged(text: str, folder: Path) -> str:
    """`text` of a page in `folder` with its links to other pages as they are in the staging folder."""

    def moved(match: "re.Match[str]") -> str:
        target, anchor = match[2], match[3] or ""
        if re.match(r"[a-z]+:", target):
            return match[0]
        path = Path(os.path.normpath(folder / target))
        if path.parent == DOCS and path.suffix in (".md", ".svg"):
            return f"{match[1]}{path.name}{anchor}{match[4]}"
        if path.parent == ROOT and path.name in FROM_ROOT:
            return f"{match[1]}{FROM_ROOT[path.name]}{anchor}{match[4]}"
        return match[0]

    return LINK.sub(moved, text)


def stage(source: Path, python: Optional[Path]) -> None:
    """Fills the staging folder `source` anew, touching only what changed."""
    pages = {page.name: staged(page.read_text(encoding="utf-8"), DOCS) for page in DOCS.glob("*.md")}
    for name, page in FROM_ROOT.items():
        pages[page] = staged((ROOT / name).read_text(encoding="utf-8"), ROOT)
    pages["python_api.rst"] = python_api(python)
    write_all(source, pages)
    for picture in DOCS.glob("*.svg"):
        shutil.copy2(picture, source / picture.name)


def write_all(folder: Path, pages: Dict[str, str]) -> None:
    """Makes `folder` hold exactly these pages (.md or .rst); what has not changed keeps its date."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in [*folder.glob("*.md"), *folder.glob("*.rst")]:
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def headers(room: str) -> List[Path]:
    """The public headers of a room."""
    return sorted((ROOT / room).glob("*.h"))


def heading(text: str, line: str) -> str:
    """A heading of reStructuredText."""
    return f"{text}\n{line * len(text)}\n\n"


def stage_cpp(source: Path) -> None:
    """Writes the C++ reference: a page per header, and one per room."""
    pages: Dict[str, str] = {}
    index = heading("C++ API", "=") + (
        "The public headers, room by room; :doc:`/architecture` says which room may include which.\n"
        "Texts are the comments of the headers. The command line and the recorder are no library.\n\n"
        ".. toctree::\n   :maxdepth: 1\n\n"
    )
    for room, what in ROOMS.items():
        index += f"   {room}\n"
        names = [header.stem for header in headers(room)]
        listed = "".join(f"   {room}.{name}\n" for name in names)
        pages[f"{room}.rst"] = heading(room, "=") + f"{what}.\n\n.. toctree::\n   :maxdepth: 1\n\n{listed}"
        for name in names:
            path = f"{room}/{name}.h"
            pages[f"{room}.{name}.rst"] = (
                heading(path, "=") + f".. doxygenfile:: {path}\n   :project: edgesim\n"
                "   :sections: briefdescription detaileddescription innernamespace innerclass define"
                " public-type public-func public-attrib public-static-func public-static-attrib enum func"
                " typedef var\n"
            )
    pages["index.rst"] = index
    write_all(source / "cpp", pages)


def no_cpp(source: Path, why: str) -> None:
    """Says where the C++ reference would be why there is none."""
    write_all(source / "cpp", {"index.rst": heading("C++ API", "=") + f"Not in this build: {why}.\n"})


def python_api(python: Optional[Path]) -> str:
    """The page of the Python API, or a note where the module is not built into the folder `python`."""
    page = heading("Python API", "=")
    page += "From the docstrings of the module. :doc:`how_to_python` comes first.\n\n"
    if python is None or not list(python.glob("edgesim/_edgesim*.so")):
        return page + "Not in this build of the pages: the module ``edgesim`` is not built.\n"
    imported = subprocess.run(
        [sys.executable, "-c", "import edgesim"],
        env=dict(os.environ, PYTHONPATH=str(python)), capture_output=True, text=True, check=False,
    )
    if imported.returncode != 0:
        raise RuntimeError(f"import edgesim fails: {imported.stderr}")
    return page + ".. automodule:: edgesim\n   :members:\n   :imported-members:\n   :show-inheritance:\n"


def doxygen(out: Path) -> Path:
    """Runs Doxygen over the public headers; the folder of its XML."""
    folder = out / "doxygen"
    folder.mkdir(parents=True, exist_ok=True)
    rooms = [ROOT / room for room in ROOMS]
    newest = max(p.stat().st_mtime for room in rooms for p in room.glob("*.h"))
    newest = max(newest, *(p.stat().st_mtime for p in (DOCS / "Doxyfile", DOCS / "doxygen_filter.py")))
    if not (folder / "xml/index.xml").exists() or (folder / "xml/index.xml").stat().st_mtime < newest:
        settings = (DOCS / "Doxyfile").read_text(encoding="utf-8") + (
            f'OUTPUT_DIRECTORY = "{folder}"\nSTRIP_FROM_PATH = "{ROOT}"\n'
            f'INPUT_FILTER = "{sys.executable} {DOCS / "doxygen_filter.py"}"\n'
            "INPUT = " + " ".join(f'"{room}"' for room in rooms) + "\n"
        )
        subprocess.run(["doxygen", "-"], input=settings, text=True, check=True, stderr=subprocess.DEVNULL)
    return folder / "xml"


def main() -> int:
    """Stages, runs Doxygen and Sphinx."""
    parser = argparse.ArgumentParser(description="Build the documentation site; warnings are errors.")
    parser.add_argument("out", type=Path, help="folder for source, doctrees and html")
    parser.add_argument("--build", type=Path, help="build folder whose python/ holds the module")
    parser.add_argument("--no-cpp", action="store_true", help="leave the C++ reference out")
    args = parser.parse_args()
    out: Path = args.out.resolve()
    source = out / "source"
    python = args.build.resolve() / "python" if args.build else None
    stage(source, python)
    environment = dict(os.environ, EDGESIM_SOURCE_DIR=str(ROOT))
    if args.no_cpp or not shutil.which("doxygen"):
        no_cpp(source, "asked to leave it out" if args.no_cpp else "Doxygen is not installed")
    else:
        environment["EDGESIM_DOXYGEN_XML"] = str(doxygen(out))
        stage_cpp(source)
    if python:
        path = [str(python), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, path))
    # -a: every page holds the contents, so that a new title changes all of them.
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-a",
               "-c", str(DOCS), "-d", str(out / "doctrees"), str(source), str(out / "html")]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
