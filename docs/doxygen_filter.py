#!/usr/bin/env python3
"""Doxygen's INPUT_FILTER: headers here are commented with plain `//`, which Doxygen passes over.

A block of `//` lines directly above a declaration becomes `///`, a trailing comment `///<`, and the
block at the head of a file its `@file`. The namespace that is around all of them and private members
are left out. Prints the header at argv[1].
"""
import re
import sys
from typing import List, Optional

ONLY_COMMENT = re.compile(r"^(\s*)//(?!/)(.*)$")
TRAILING = re.compile(r"^(.*?\S)(\s+)//(?!/)\s?(.*)$")
INSTANTIATED = re.compile(r"^(extern )?template [^<]*;$")
DESIGNATED = re.compile(r"(?<=\{)\.(?=\w+ = )")  # an initialiser that Sphinx does not parse
PRIVATE = re.compile(r"^(\s*) private:$")
HOUSE = re.compile(r"^(namespace edgesim \{|\}\s*// namespace edgesim)$")
NOT_DECLARED = re.compile(
    r"^\s*(#|\}|namespace\b|$|public:|private:|protected:|return\b|if\b|for\b|while\b|else\b)"
)


def escape(text: str) -> str:
    """Text that Doxygen prints as it is."""
    return re.sub(r"([\\@<>&#%$])", r"\\\1", text)


def documented(texts: List[str], indent: str, command: str = "") -> List[str]:
    """Comment texts (what follows `//`) as Doxygen lines; indented runs are kept as they are laid out."""
    if not any(text.startswith("   ") for text in texts):
        head = [f"{indent}/// {command}"] if command else []
        return head + [f"{indent}/// {escape(text.strip())}".rstrip() for text in texts]
    lines = [f"/** {command}"]  # for in a block of /// a \\verbatim keeps the slashes
    laid_out = False
    for text in texts:
        if text.startswith("   ") != laid_out:
            lines.append("\\endverbatim" if laid_out else "\\verbatim")
            laid_out = not laid_out
        lines.append(text[1:] if laid_out else escape(text.strip()))
    return [*lines, "\\endverbatim */" if laid_out else "*/"]


def in_string(before: str) -> bool:
    """Whether a `//` that follows `before` stands inside a string literal."""
    return before.replace('\\"', "").count('"') % 2 == 1


def without_private(lines: List[str]) -> List[str]:
    """The lines with what is private left empty: Breathe would show nested types of it."""
    out: List[str] = []
    end: Optional[str] = None
    for line in lines:
        match = PRIVATE.match(line)
        if match and end is None:
            end = match[1] + "};"
        elif end is not None and line.startswith(end):
            end = None
        out.append(line if end is None else "")
    return out


def converted(source: str) -> str:
    """The header with comments that Doxygen reads."""
    lines = without_private([
        "" if HOUSE.match(line) or INSTANTIATED.match(line) else DESIGNATED.sub("", line)
        for line in source.split("\n")
    ])
    out: List[str] = []
    column: Optional[int] = None  # of the trailing comment above, that a comment line may go on with
    i = 0
    while i < len(lines):
        match = ONLY_COMMENT.match(lines[i])
        if not match:
            trailing = TRAILING.match(lines[i])
            if trailing and not in_string(trailing[1]) and re.search(r"[;,{}\w)]$", trailing[1]):
                column = len(trailing[1]) + len(trailing[2])
                is_field = not trailing[1].endswith("{") and not NOT_DECLARED.match(trailing[1])
                mark = "///<" if is_field else "//"
                text = escape(trailing[3]) if is_field else trailing[3]
                out.append(f"{trailing[1]}{trailing[2]}{mark} {text}")
            else:
                column = None
                out.append(lines[i])
            i += 1
            continue
        if column is not None and len(match[1]) == column:
            out.append(f"{match[1]}///< {escape(match[2].strip())}")
            i += 1
            continue
        column = None
        block: List[str] = []
        start = i
        while i < len(lines):
            match = ONLY_COMMENT.match(lines[i])
            if not match:
                break
            block.append(match[2])
            i += 1
        indent = " " * (len(lines[start]) - len(lines[start].lstrip()))
        following = lines[i] if i < len(lines) else ""
        if following.strip() == "#pragma once":
            out += documented(block, indent, "@file")
        elif NOT_DECLARED.match(following):
            out += lines[start:i]
        else:
            out += documented(block, indent)
    return "\n".join(out)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as header:
        sys.stdout.write(converted(header.read()))
