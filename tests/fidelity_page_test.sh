#!/usr/bin/env bash
# fidelity_page_test.sh PYTHON3: docs/fidelity.md is what docs/fidelity_page.py makes of the committed results, and
# the script makes the expected page of hand-made ones.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$1" "$root/docs/fidelity_page.py" "$root/tests/cli/data/results" "$work/hand_made.md"
diff -u "$root/tests/cli/data/hand_made.md" "$work/hand_made.md"

"$1" "$root/docs/fidelity_page.py" "$root/experiments/results/fidelity" "$work/fidelity.md"
if ! cmp "$root/docs/fidelity.md" "$work/fidelity.md"; then
  echo "docs/fidelity.md is not of these results; run docs/fidelity_page.py experiments/results/fidelity docs/fidelity.md"
  exit 1
fi
