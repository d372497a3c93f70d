"""The pages say what is so: the site builds, examples run, commands exist, every figure is explained."""
import ast
import csv
import doctest
import functools
import importlib
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, Set, Tuple

import pytest

ROOT = Path(os.environ.get("EDGESIM_SOURCE_DIR", Path(__file__).resolve().parents[2]))
PAGES = [ROOT / "README.md", ROOT / "HACKING.md", *sorted((ROOT / "docs").glob("*.md"))]
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")


def named(path: Path) -> str:
    """A page's path from the repository's root, for the names of cases."""
    return str(path.relative_to(ROOT))


# ---- the site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site, the C++ reference included where Doxygen and Breathe are installed."""
    for module in ("sphinx", "myst_parser"):
        pytest.importorskip(module, reason=f"Python has no {module} to build the pages with")
    out = tmp_path_factory.mktemp("site")
    complete = shutil.which("doxygen") and importlib.util.find_spec("breathe")
    build = Path(os.environ["EDGESIM_BINARY"]).parent if "EDGESIM_BINARY" in os.environ else ROOT / "build/ci"
    command = [sys.executable, str(ROOT / "docs/site.py"), str(out), "--build", str(build)]
    command += [] if complete else ["--no-cpp"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out / "html"


def test_the_site_has_every_page(site: Path) -> None:
    for page in (ROOT / "docs").glob("*.md"):
        assert (site / page.with_suffix(".html").name).exists(), page


def test_comments_of_headers_arrive(site: Path) -> None:
    page = site / "cpp/sim.limits.html"
    if not page.exists():
        pytest.skip("Doxygen or Breathe is not installed: no C++ reference")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")))
    assert "What bounds an episode" in text, "a comment at the head of a file"
    assert "earned by the request that was cut" in text, "a comment behind a field"
    assert "The instant the budget is used up ends the episode: a hard budget. Otherwise" in text, "above one"
    for room in ("devices", "workloads", "policies", "calibration", "experiments"):
        assert len(list((site / "cpp").glob(f"{room}.*.html"))) == len(list((ROOT / room).glob("*.h")))


def test_no_page_is_wider_than_a_phone(site: Path, tmp_path: Path) -> None:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not browser:
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed")
    pages = [*sorted(site.glob("*.html")), *sorted(site.glob("cpp/sim*.html"))]
    phone = "style='width:390px;height:844px;border:0'"
    frames = "".join(f"<iframe src='{page.as_uri()}' {phone}></iframe>" for page in pages)
    measure = (
        "<script>onload=()=>{const wide=[...document.querySelectorAll('iframe')].map(f=>{"
        "const r=f.contentDocument.documentElement;"
        "return [f.src.split('/').pop(),r.scrollWidth,r.clientWidth]});"
        "document.body.innerHTML='';document.body.textContent='WIDTHS'+JSON.stringify(wide)+'END'}</script>"
    )
    frame = tmp_path / "frame.html"
    frame.write_text(f"<!doctype html><body>{frames}{measure}", encoding="utf-8")
    done = subprocess.run(
        [browser, "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files",
         "--virtual-time-budget=60000", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom",
         frame.as_uri()],
        capture_output=True, text=True, check=False, timeout=300,
    )
    found = re.search(r"WIDTHS(.*)END", done.stdout)
    assert found, done.stderr
    widths: List[Tuple[str, int, int]] = json.loads(found[1])
    assert len(widths) == len(pages)
    assert all(inner == 390 for _, _, inner in widths)
    assert not [f"{name} is {outer} px wide" for name, outer, inner in widths if outer > inner]


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for style in (site / "_static").glob("*.css"):
        assert not re.search(r"url\(['\"]?https?:|@import", style.read_text(encoding="utf-8")), style


# ---- examples

MODULES = sorted((ROOT / "python").glob("edgesim/**/*.py"))
EXAMPLES = [path for path in [*PAGES, *MODULES] if ">>> " in path.read_text(encoding="utf-8")]
FENCED = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def examples(path: Path) -> List[doctest.DocTest]:
    """The `>>>` examples of a page, as one test, or of a module, one test per docstring."""
    text = path.read_text(encoding="utf-8")
    parser = doctest.DocTestParser()
    if path.suffix == ".py":
        found = []
        module = ".".join(path.relative_to(ROOT / "python").with_suffix("").parts).removesuffix(".__init__")
        names = vars(importlib.import_module(module))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
                name = getattr(node, "name", path.stem)
                found.append(parser.get_doctest(ast.get_docstring(node) or "", dict(names), name, named(path), 0))
        return [test for test in found if test.examples]
    blocks = "\n".join(match[1] for match in FENCED.finditer(text))
    return [parser.get_doctest(blocks, {}, path.stem, named(path), 0)]


@pytest.mark.parametrize("path", EXAMPLES, ids=named)
def test_examples_give_what_they_show(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    reports: List[str] = []
    for test in examples(path):
        runner.run(test, out=reports.append)
    assert runner.tries > 0, "`>>>` outside of a ```python block"
    assert runner.failures == 0, "".join(reports)


# ---- commands and options


@functools.lru_cache(maxsize=None)
def help_of(*words: str) -> str:
    """What `edgesim WORDS --help` prints."""
    binary = os.environ.get("EDGESIM_BINARY")
    if not binary or not Path(binary).exists():
        pytest.skip("EDGESIM_BINARY names no binary")
    done = subprocess.run([binary, *words, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"edgesim {' '.join(words)} --help: {done.stderr}"
    return done.stdout


def subcommands(text: str) -> Set[str]:
    """The subcommands that a help text lists."""
    listed = re.search(r"^Subcommands:\n((?:  .*\n)+)", text, re.MULTILINE)
    return set(re.findall(r"^  (\w\S*)", listed[1], re.MULTILINE)) if listed else set()


def options(text: str) -> Set[str]:
    """The options that a help text lists, long and short."""
    return {
        option
        for line in re.findall(r"^  (-\S+)", text, re.MULTILINE)
        for option in line.split(",")
        if option.startswith("-")
    }


def command_lines(text: str) -> Iterator[str]:
    """The lines of ```sh blocks that call edgesim, continued ones joined."""
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").split("\n"):
            if line.strip().startswith("edgesim "):
                yield line.strip()


def wrong_with(line: str) -> List[str]:
    """The subcommand and options of a command line that do not exist."""
    words = shlex.split(line, comments=True)[1:]
    for end in ("|", "&&", ";", ">"):
        words = words[: words.index(end)] if end in words else words
    if "--" in words:  # what `edgesim record` runs
        words = words[: words.index("--")]
    path: List[str] = []
    while words and subcommands(help_of(*path)):
        if words[0] not in subcommands(help_of(*path)):
            return [] if words[0] in ("--version", "--help") else [f"{line}: no subcommand {words[0]}"]
        path.append(words.pop(0))
    known = options(help_of(*path))
    used = [word.split("=")[0] for word in words if re.match(r"--?[A-Za-z]", word)]
    return [f"{line}: no option {word}" for word in used if word not in known and word[:2] not in known]


def test_a_wrong_command_line_is_found() -> None:
    assert not wrong_with("edgesim run x.yaml --set a=b -j2 --out y  # why")
    assert wrong_with("edgesim walk x.yaml")
    assert wrong_with("edgesim run x.yaml --sett a=b")
    assert wrong_with("edgesim policy import x")


@pytest.mark.parametrize("page", [p for p in PAGES if "edgesim " in p.read_text(encoding="utf-8")], ids=named)
def test_commands_of_a_page_exist(page: Path) -> None:
    lines = command_lines(page.read_text(encoding="utf-8"))
    assert not [wrong for line in lines for wrong in wrong_with(line)]


def all_commands(*path: str) -> Iterator[Tuple[str, ...]]:
    """Every subcommand, those of subcommands too."""
    for name in sorted(subcommands(help_of(*path))):
        yield (*path, name)
        yield from all_commands(*path, name)


def test_every_option_is_documented() -> None:
    page = ROOT / "docs/cli.md"
    text = page.read_text(encoding="utf-8")
    missing = []
    for path in all_commands():
        section = re.search(rf"^#+ .*\b{' '.join(path)}\b.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        if not section:
            missing.append(" ".join(path))
            continue
        known = sorted(options(help_of(*path)))
        missing += [f"{' '.join(path)} {option}" for option in known if option not in section[0]]
    assert not missing


def keys(value: Any, prefix: str = "") -> Iterator[str]:
    """The dotted keys of a config or summary; items of a list have the key of the list."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{prefix}{key}"
            yield from keys(inner, f"{prefix}{key}.")
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner, prefix)


def test_every_setting_of_the_shipped_experiments_is_documented() -> None:
    yaml = pytest.importorskip("yaml", reason="Python has no yaml")
    documented = set(re.findall(r"`([A-Za-z_.]+)`", (ROOT / "docs/settings.md").read_text(encoding="utf-8")))
    names = {part for name in documented for part in name.split(".")}
    missing = set()
    for config in (ROOT / "tests/golden").glob("*/config.resolved.yaml"):
        for key in keys(yaml.safe_load(config.read_text(encoding="utf-8"))):
            if key.split(".")[-1] not in names:
                missing.add(key)
    assert not missing


# ---- the glossary


def glossary(anchor: str) -> Set[str]:
    """The names in code type at the beginning of the rows below `(anchor)=`, up to the next section."""
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    section = re.search(rf"^\({anchor}\)=\n## .*?(?=^## |^\(\S+\)=$|\Z)", text, re.MULTILINE | re.DOTALL)
    assert section, anchor
    return set(re.findall(r"^\| `([^`]+)` \|", section[0], re.MULTILINE))


def figures(value: Any, prefix: str = "") -> Iterator[str]:
    """The keys of a summary.json as the glossary names them: a policy's by themselves, lists with []."""
    estimate = {"mean", "ci95"}
    if isinstance(value, dict):
        if set(value) == estimate:
            return
        for key, inner in value.items():
            yield f"{prefix}{key}"
            if prefix == "" and key == "policies":
                for policy in inner.values():
                    yield from figures(policy)
            else:
                yield from figures(inner, f"{prefix}{key}.")
    elif isinstance(value, list):
        for inner in value:
            yield from figures(inner, f"{prefix[:-1]}[].")


GOLDEN = sorted((ROOT / "tests/golden").glob("*/summary.json"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda p: p.parent.name)
def test_every_figure_of_a_run_is_in_the_glossary(path: Path) -> None:
    found = set(figures(json.loads(path.read_text(encoding="utf-8"))))
    assert len(found) > 40
    assert found <= glossary("summary-json"), sorted(found - glossary("summary-json"))
    columns: Dict[str, str] = {"evaluation-csv": "evaluation.csv", "curves-csv": "curves.csv"}
    for anchor, name in columns.items():
        with open(path.parent / name, encoding="utf-8", newline="") as table:
            head = next(csv.reader(table))
        assert set(head) == glossary(anchor), name


def test_the_glossary_names_files_that_are_there() -> None:
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    sources = set(re.findall(r"`([a-z_/]+\.h)`", text))
    assert len(sources) > 20
    assert not [source for source in sources if not (ROOT / source).exists()]
