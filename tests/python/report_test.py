"""A report of every kind of output: well-formed, self-contained, escaped, fit to be opened; or one line."""
import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import types

import edgesim
import edgesim.report as report
import pandas as pd
import pytest

SOURCE = pathlib.Path(os.environ["EDGESIM_SOURCE_DIR"])
BINARY = os.environ["EDGESIM_BINARY"]
GOLDEN = SOURCE / "tests/golden"
CHROMIUM = shutil.which("chromium-headless-shell")
VOID = {"meta", "link", "br", "img", "input", "hr"}
HOSTILE = "<script>alert('x')</script>&"


class Checker(html.parser.HTMLParser):
    """Collects what must hold of a page: balance, ids, references, words."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.tags, self.targets, self.described, self.words = [], [], [], [], [], ""
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.handle_startendtag(tag, attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append((tag, found))
        self.ids += [found["id"]] if "id" in found else []
        self.targets += [found[key][1:] for key in ("href",
                                                    "xlink:href") if found.get(key, "").startswith("#")]
        self.described += [i for key in ("aria-labelledby",) if key in found for i in found[key].split()]

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data):
        self.words += data if "style" not in self.open and "script" not in self.open else ""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """One output of every kind, by its name."""
    folder = tmp_path_factory.mktemp("outputs")

    def run(*arguments, out=None):
        done = subprocess.run([BINARY, *map(str, arguments)], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        if out:
            (folder / out).write_text(done.stdout)
        return folder / out if out else None

    lines = [f"a-1b-q4_0,{q},{t / 10 + 0.05},{5 + (t * 7 + q * 3) % 5 / 5}"
             for q in range(6) for t in range(30 + q)]
    (folder / "traces.csv").write_text("action,question_id,t_s,soc_w\n" + "\n".join(lines) + "\n")
    lines = [f"a-1b-q4_0,{q},100,{3 + q / 10}" for q in range(6)]
    lines.insert(0, "action,question_id,completion_tokens,duration_s")
    (folder / "requests.csv").write_text("\n".join(lines) + "\n")
    run("fit", "--traces", "traces.csv", "--requests", "requests.csv", "--name", "board", "--source", "test",
        "--recorded",
        "2026-01-02", "--restarts", 1, "--model", "free=2 level", "-o", "board.json", "--report", "fit.json")
    run("compare", GOLDEN / "s2_chance", GOLDEN / "s2_chance", "--json", "compare.json")
    exercise = {"model": "m", "quantization": "q4_0", "profile": "host.json", "for_other_host": False,
                "threads": 1,
                "disturbed_runs": 0, "first_token_s": {"measured": 0.2, "predicted": 0.21},
                "further_tokens_s": {"measured": 0.4, "predicted": 0.38},
                "total_s": {"measured": 0.6, "predicted": 0.59},
                "decode_s": {"measured": [0.2, 0.2], "predicted": [0.19, 0.19]},
                "memory_bytes": {"measured": None, "predicted": 1e9}}
    exercise["memory_bytes"]["measured"] = 1.1e9
    (folder / "exercise.json").write_text(json.dumps(exercise))
    return {
        "run": GOLDEN / "s2_chance", "learners": GOLDEN / "s3_powercap", "fit": folder / "fit.json",
        "fidelity": SOURCE / "experiments/results/fidelity/six_actions.json",
        "compare": folder / "compare.json",
        "exercise": folder / "exercise.json",
        "predict": run("predict", "gemma-2-2b", "q4_k_m", "--prompt", 16, "--generate", 4, "--profile",
                       SOURCE / "tests/cli/data/toy_host.json", "--other-host", "--json", out="predict.json")}


KINDS = ["run", "learners", "fit", "fidelity", "compare", "exercise", "predict"]
SAID = {"run": "Which of 18 policies earns the most from 20 requests on device synthetic with 100\u00a0J, "
               "with brown-outs "
               "in at most 1 % of the episodes?",
        "learners": "under a power cap of 15\u00a0W whose exceedance is counted?",
        "fit": "How well does the profile board reproduce the power of the 6 requests that it was fitted to?",
        "fidelity": "hsmm against hmm", "compare": "No regression in 25 checks.", "exercise": "off by, %",
        "predict": "that of another host"}


@pytest.mark.parametrize("kind", KINDS)
def test_page_is_well_formed_and_holds_all_it_shows(kind, outputs):
    text = report.html(outputs[kind])
    page = Checker(text)
    assert SAID[kind] in page.words
    assert len(page.ids) == len(set(page.ids))
    assert set(page.targets) <= set(page.ids) and set(page.described) <= set(page.ids)
    loads = [found.get(key, "") for tag, found in page.tags if tag != "a" for key in ("src", "href", "data")]
    assert not [load for load in loads if load and not load.startswith(("#", "data:"))]
    assert "url(http" not in text and "@import" not in text
    for tag, found in page.tags:
        if tag == "svg":
            assert found["role"] == "img" and len(found["aria-labelledby"].split()) == 2
        if tag == "div" and found.get("class") == "scroll":
            assert found["tabindex"] == "0" and found["role"] == "region" and found["aria-labelledby"]
        assert tag != "th" or found["scope"] in ("row", "col")
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") == tags.count("caption") >= 1 and tags.count("main") == tags.count("h1") == 1
    assert {"header", "nav", "footer"} <= set(tags) and 'class="skip" href="#main"' in text
    assert report.html(outputs[kind]) == text


def test_run_shows_every_policy_and_its_constraint(outputs):
    page = Checker(report.html(outputs["run"]))
    summary = json.loads((outputs["run"] / "summary.json").read_text())
    for name, policy in summary["policies"].items():
        assert name in page.words and f"{policy['reward']['mean']:.2f}" in page.words
    assert "Of 18 certificates, 0 are met" in page.words and "0.0550 [0.0278, 0.0963]" in page.words
    assert "manifest.json is missing" in page.words
    assert summary["verdicts"] and all(" ".join(v.split()) in " ".join(page.words.split()) for v in summary["verdicts"])
    assert "energy_budget.delta" in page.words


def copy_of(run, folder, **manifest):
    shutil.copytree(run, folder)
    (folder / "manifest.json").write_text(json.dumps({"edgesim": "0.1.0", "host": "vm", **manifest}))
    return folder


def test_words_of_files_are_escaped(outputs, tmp_path):
    folder = copy_of(outputs["run"], tmp_path / "run", config=HOSTILE, assumed=[HOSTILE],
                     **{HOSTILE: HOSTILE})
    config = folder / "config.resolved.yaml"
    config.write_text(config.read_text() + f"note: {HOSTILE}\n")
    text = report.html(folder).replace("s2_chance", "")
    assert HOSTILE not in text and "<script>alert" not in text
    assert Checker(text).words.count(HOSTILE) == 5


def test_names_in_figures_are_escaped(outputs, tmp_path):
    folder = copy_of(outputs["run"], tmp_path / "run")
    for name in ("summary.json", "evaluation.csv", "curves.csv"):
        file = folder / name
        file.write_text(file.read_text().replace("saute-q", "<b>saute</b>$x$"))
    text = report.html(folder)
    assert "<b>" not in text and "<b>saute</b>$x$" in Checker(text).words


def test_verdicts_of_the_summary_are_shown(outputs, tmp_path):
    folder = copy_of(outputs["run"], tmp_path / "run")
    summary = json.loads((folder / "summary.json").read_text())
    summary["verdicts"] = ["risk-pacing: earns 15.17 & more."]
    (folder / "summary.json").write_text(json.dumps(summary))
    page = Checker(report.html(folder))
    assert "risk-pacing: earns 15.17 & more." in page.words and "verdict" in page.ids


def test_power_of_the_best_policy_that_breaks_nothing(outputs, monkeypatch):
    asked = []

    def episode(policy, replica=0, episode=0):
        asked.append((policy, replica, episode))
        power = pd.DataFrame({"start_s": [0.0, 1.0], "length_s": [1.0, 2.0], "soc_w": [5.0, 9.0],
                              "total_w": [5.0, 9.0]})
        requests = pd.DataFrame({"dispatched_s": [0.0], "ended_s": [3.0], "action": ["a4"]})
        return types.SimpleNamespace(power=power, requests=requests, cap_w=8.0)

    monkeypatch.setattr(edgesim, "load", lambda folder: types.SimpleNamespace(episode=episode), raising=False)
    words = Checker(report.html(outputs["run"])).words
    assert asked == [("constrained-dp", 0, 0)]  # risk-pacing earns more, with brown-outs beyond the limit
    assert "evaluation episode 0 of constrained-dp" in words and "cap, 8 W" in words and "a4" in words

    def refuse(folder):
        raise ValueError("the config\nis gone")

    monkeypatch.setattr(edgesim, "load", refuse)
    assert "Not drawn: the config is gone" in Checker(report.html(outputs["run"])).words


def test_many_learners_are_cut_down_and_it_says_so(outputs):
    words = Checker(report.html(outputs["learners"])).words
    learners = pd.read_csv(outputs["learners"] / "curves.csv")["policy"].nunique()
    assert f"The 6 learners with the best evaluation are drawn, {learners - 6} are left out." in words


def command(*arguments):
    return subprocess.run([sys.executable, "-m", "edgesim.report", *map(str, arguments)], capture_output=True,
                          text=True)


def test_command_writes_whole_files_and_keeps_those_there(outputs, tmp_path):
    out = tmp_path / "page.html"
    done = command(outputs["predict"], "-o", out)
    assert done.returncode == 0 and done.stdout == f"{out}\n"
    assert out.read_text() == report.html(outputs["predict"])
    out.write_text("mine")
    kept = command(outputs["predict"], "-o", out)
    assert kept.returncode == 2 and "--force" in kept.stderr and out.read_text() == "mine"
    assert command(outputs["predict"], "-o", out, "--force").returncode == 0 and out.read_text() != "mine"
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]


def test_default_names(outputs, tmp_path):
    folder = copy_of(outputs["run"], tmp_path / "run")
    assert report.write(folder) == folder / "report.html"
    single = shutil.copy(outputs["compare"], tmp_path / "compare.json")
    assert report.write(single) == tmp_path / "compare.html"


BROKEN = {
    "missing": (None, "no such file or folder"), "cut": ('{"name": 1', "not readable as JSON"),
    "list": ("[1]", "of no known kind"), "unknown": ('{"a": 1}', "of no known kind"),
    "binary": (b"\xff\xfe\x00", "not readable as JSON"),
    "hollow fidelity": ('{"models": [], "floors": [], "paired": [], "primary_signal": "x"}',
                        "no 'config' where"),
    "wrong fit": ('{"name": 1, "models": 3, "energy": 4, "held_out": 5, "actions": 6}',
                  "not what edgesim writes"),
    "wrong compare": ('{"base": 1, "new": 2, "lines": [3], "margin": 4}', "not what edgesim writes"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_file_is_one_line(case, tmp_path):
    content, expected = BROKEN[case]
    file = tmp_path / "file.json"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    done = command(file, "-o", tmp_path / "out.html")
    assert done.returncode == 2 and not done.stdout and done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith(f"edgesim report: {file}: ") and expected in done.stderr
    assert "allowed: " in done.stderr
    assert not (tmp_path / "out.html").exists()


@pytest.mark.parametrize("name,content,expected", [
    ("summary.json", "{}", "no 'experiment'"), ("summary.json", "{", "not valid JSON"),
    ("summary.json", '{"experiment": {"a": 1}, "policies": {"p": 3}}', "allowed"),
    ("evaluation.csv", "policy,reward\n", "no column 'budget_used'"), ("evaluation.csv", "", "not a table"),
    ("evaluation.csv", None, "no such file"), ("curves.csv", None, "no such file"),
    ("config.resolved.yaml", None, "no such file"), ("manifest.json", "[]", "no JSON object")])
def test_broken_run_is_one_line(name, content, expected, outputs, tmp_path):
    folder = copy_of(outputs["run"], tmp_path / "run")
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_text(content)
    with pytest.raises(report.ReportError, match=expected) as error:
        report.write(folder)
    assert "\n" not in str(error.value) and name in str(error.value) and not (folder / "report.html").exists()


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["a", "--nope"]])
def test_bad_arguments_are_one_line(arguments):
    done = command(*arguments)
    assert done.returncode == 2 and done.stderr.startswith("edgesim report: "
                                                           "") and done.stderr.count("\n") == 1


def test_folder_without_a_run_and_bad_targets(outputs, tmp_path):
    for source, out, expected in ((tmp_path, None, "without summary.json"),
                                  (outputs["predict"], tmp_path, "is a folder"),
                                  (outputs["predict"], tmp_path / "no/x.html", "there is no folder")):
        with pytest.raises(report.ReportError, match=expected):
            report.write(source, out)
    with pytest.raises(report.ReportError, match="would overwrite the input"):
        report.write(outputs["predict"], outputs["predict"], force=True)


PROBE = """<script>window.addEventListener("load", function () {
  var root = document.documentElement, tall = getComputedStyle(document.body).backgroundColor;
  document.querySelectorAll("details").forEach(function (d) { d.open = true; });
  root.dataset.measured = root.scrollWidth + " " + window.innerWidth + " " + tall;
});</script></body>"""


@pytest.mark.skipif(CHROMIUM is None, reason="chromium-headless-shell is not installed: pages are not opened")
@pytest.mark.parametrize("kind", KINDS)
def test_page_in_a_browser(kind, outputs, tmp_path):
    file = tmp_path / "page.html"
    file.write_text(report.html(outputs[kind]).replace("</body>", PROBE))
    backgrounds = set()
    for width in (1280, 390):
        for scheme in (1, 0):  # light, dark
            done = subprocess.run([CHROMIUM, "--no-sandbox", "--disable-gpu", f"--window-size={width},844",
                                   f"--blink-settings=preferredColorScheme={scheme}", "--dump-dom",
                                   file.as_uri()],
                                  capture_output=True, text=True, timeout=120)
            assert "CONSOLE" not in done.stderr, done.stderr
            measured = re.search(r'data-measured="(\d+) (\d+) ([^"]*)"', done.stdout)
            assert measured, done.stderr
            assert int(measured[1]) <= int(measured[2]) == width, f"{width} px: content of {measured[1]} px"
            backgrounds.add(measured[3])
    assert len(backgrounds) == 2, "light and dark look the same"


@pytest.mark.skipif(CHROMIUM is None, reason="chromium-headless-shell is not installed: nothing is printed")
def test_folded_sections_are_printed(outputs, tmp_path):
    text = report.html(outputs["run"])
    variants = {"whole": text, "unscripted": re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL),
                "without": re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)}
    pages = {}
    for name, variant in variants.items():
        (tmp_path / f"{name}.html").write_text(variant)
        target = tmp_path / f"{name}.pdf"
        subprocess.run([CHROMIUM, "--no-sandbox", "--disable-gpu", f"--print-to-pdf={target}",
                        (tmp_path / f"{name}.html").as_uri()], capture_output=True, timeout=120, check=True)
        pages[name] = len(re.findall(rb"/Type\s*/Page\b", target.read_bytes()))
    assert pages["whole"] == pages["unscripted"] > pages["without"] >= 1


def test_a_comparison_of_few_replicas_claims_no_more(outputs, tmp_path):
    content = json.loads(outputs["compare"].read_text())
    content["lines"][0]["verdict"] += " (under 10 replicas nothing is sure)"
    few = tmp_path / "few.json"
    few.write_text(json.dumps(content))
    assert "No regression is sure in 25 checks: the runs have too few replicas to tell." in report.html(few)
