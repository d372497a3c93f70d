#!/usr/bin/env python3
"""Makes the two tables `edgesim fit` reads from the EMSLM recordings (github Junfei-Z/EMSLM, commit 90300915):

    unzip runs_mtbench2.zip
    emslm_tables.py runs_mtbench2 questionset.jsonl.txt samples.csv requests.csv

Times are the sensor's own: seconds from the request's start_time, never a nominal period. Power columns are
found by what their HWiNFO header says they are, CPU package power and GPU power, not by position.
"""
import csv
import datetime
import json
import pathlib
import sys

runs, question_file, samples_file, requests_file = map(pathlib.Path, sys.argv[1:])
question_ids = [json.loads(line)["question_id"] for line in question_file.read_text().splitlines()]
FOLDER_ACTIONS = ["Qwen3-4B-Q6_K", "Qwen3-4B-Q8_0", "dolly-v2-3b-Q6_K", "dolly-v2-3b-Q8_0",
                  "gemma-2-2b-it-Q6_K", "gemma-2-2b-it-Q8_0"]


def column(header, device, quantity):
    """The one column of a device (`CPU [#0]`) whose name ends in one of the quantity's names."""
    found = [i for i, name in enumerate(header) if name.startswith(device) and any(q in name for q in quantity)]
    if len(found) != 1:
        raise SystemExit(f"no single column of {device} for {quantity} in {header}")
    return found[0]


with samples_file.open("w", newline="") as samples_out, requests_file.open("w", newline="") as requests_out:
    samples, requests = csv.writer(samples_out, lineterminator="\n"), csv.writer(requests_out, lineterminator="\n")
    samples.writerow(["action", "question_id", "t_s", "cpu_w", "gpu_w"])
    requests.writerow(["action", "question_id", "completion_tokens", "duration_s"])
    for action in FOLDER_ACTIONS:
        for folder in sorted((runs / action).glob("*/q_*")):
            question = question_ids[int(folder.name[2:6]) - 1]
            meta = json.loads((folder / "meta.json").read_text())
            start = datetime.datetime.fromisoformat(meta["start_time"])
            requests.writerow([action, question, meta["completion_tokens"], meta["duration_s"]])
            with (folder / "raw_hwinfo.csv").open(encoding="utf-8-sig", newline="") as raw:
                rows = csv.reader(raw)
                header = next(rows)
                cpu = column(header, "CPU [#0]", ["CPU 封装功率 [W]", "CPU Package Power [W]"])
                gpu = column(header, "GPU [#0]", ["GPU 功率 [W]", "GPU Power [W]"])
                for row in rows:
                    time = datetime.datetime.strptime(f"{row[0]} {row[1]}", "%d.%m.%Y %H:%M:%S.%f")
                    # HWiNFO writes milliseconds without leading zeros: 1.19 is one second and 19 ms.
                    second, millisecond = row[1].rsplit(":", 1)[1].split(".")
                    time = time.replace(second=int(second), microsecond=1000 * int(millisecond))
                    samples.writerow([action, question, f"{(time - start).total_seconds():.3f}", row[cpu], row[gpu]])
