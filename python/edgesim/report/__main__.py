"""python -m edgesim.report PATH [-o OUT.html] [--force]"""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

import matplotlib

from edgesim import InputError
from edgesim.report import ReportError, write


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print(f"edgesim report: {message}; see --help", file=sys.stderr)
        raise SystemExit(2)


def main(arguments: list[str] | None = None) -> int:
    parser = _Parser(prog="edgesim report", description="Write one HTML file that shows a run, a fit, a "
                                                        "judgement of "
                     "fidelity, a prediction or a comparison, and needs nothing else.")
    parser.add_argument("path", help="run folder of `edgesim run`, or the JSON of fit --report, fidelity, "
                        "predict --json, exercise --json or compare --json")
    parser.add_argument("-o", "--out", metavar="OUT.html",
                        help="default: report.html in a run folder, else FILE.html")
    parser.add_argument("--force", action="store_true", help="replace a file that is there")
    given = parser.parse_args(arguments)
    matplotlib.use("agg")
    try:
        print(write(given.path, given.out, force=given.force))
    except (ReportError, InputError) as error:
        print(f"edgesim report: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
