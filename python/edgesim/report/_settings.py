"""Rows of config.resolved.yaml for reading: the lines as they are, under the path of their keys."""

from __future__ import annotations


def settings(text: str) -> list[list[str]]:
    """[path, value] of each line with a value, in order; an item of a list is called by name or number."""
    rows: list[list[str]] = []
    path: list[tuple[int, str]] = []  # indent and key of what encloses the line
    counts: dict[str, int] = {}
    for line in text.splitlines():
        content = line.lstrip(" ")
        if not content or content.startswith("#"):
            continue
        indent = len(line) - len(content)
        if content.startswith("- "):
            path = [step for step in path if step[0] < indent]
            parent = ".".join(key for _, key in path)
            counts[parent] = counts.get(parent, 0) + 1
            content = content[2:]
            name = content[6:] if content.startswith("name: ") else str(counts[parent])
            path.append((indent, name))
            indent += 2
            if content.startswith("name: "):
                continue
        path = [step for step in path if step[0] < indent]
        key, colon, value = content.partition(":")
        if not colon or (value and not value.startswith(" ")):
            rows.append([".".join(step[1] for step in path), content])
        elif value.strip():
            rows.append([".".join([*(step[1] for step in path), key]), value.strip()])
        else:
            path.append((indent, key))
    return rows
