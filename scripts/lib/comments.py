"""Comments of at most 120 columns: --check names the lines that are longer, --fix wraps them.

    comments.py (--check | --fix) [FILE...]

Without files: every Swift, Bash, C, Python and YAML file that git knows. Only whole-line comments are wrapped; a comment
behind code that is too long is named, and has to be moved by hand. Exit status: 0 nothing found, 1 something found.
"""

import re
import subprocess
import sys

LIMIT = 120
# Copied from elsewhere, or an example of what is refused.
EXCLUDED = re.compile(r"/Fixtures/|/Golden/|^results/")
MARKERS = {"swift": r"///?", "c": r"//", "h": r"///?", "erl": r"%+", "py": r"#", "yml": r"#", "yaml": r"#", "": r"#"}
# What begins a new item: text before it must not flow into it.
NEW_ITEM = re.compile(r"([-*+] |\d+\. |```|\||#|<|- Parameter|@|shellcheck )")
NOT_WRAPPED = re.compile(r"!|\|| {2,}\S|yaml-language-server|shellcheck|https?://\S+$")


def comment_of(line, marker):
    """Indent with marker, and text; None where the line is no whole-line comment."""
    match = re.match(rf"^(\s*(?:{marker}))(?: (.*))?$", line)
    return (match.group(1), match.group(2) or "") if match else None


def wrapped(lines, marker):
    """The lines with each long comment broken at a space; what is left over goes to the front of the next line."""
    result, queue = [], list(reversed(lines))
    while queue:
        line = queue.pop()
        comment = comment_of(line, marker)
        if len(line) <= LIMIT or comment is None or NOT_WRAPPED.match(comment[1]):
            result.append(line)
            continue
        prefix, text = comment
        item = re.match(r"(\s*(?:[-*+] |\d+\. ))", text)
        hang = " " * len(item.group(1)) if item else re.match(r"\s*", text).group(0)
        cut = line.rfind(" ", 0, LIMIT + 1)
        if cut <= len(prefix) + 1 + len(hang):
            result.append(line)
            continue
        result.append(line[:cut].rstrip())
        rest = line[cut:].strip()
        after = comment_of(queue[-1], marker) if queue else None
        goes_on = (
            after
            and after[0] == prefix
            and after[1].startswith(hang)
            and after[1][len(hang) : len(hang) + 1].strip()
            and not NEW_ITEM.match(after[1][len(hang) :])
        )
        if goes_on:
            queue.pop()
            rest += " " + after[1][len(hang) :]
        queue.append(f"{prefix} {hang}{rest}")
    return result


def kind_of(path):
    """The ending of the file's name; nothing for a Bash script, and None for what is no source."""
    name = path.rsplit("/", 1)[-1]
    ending = name.rsplit(".", 1)[-1] if "." in name[1:] else ""
    if ending in MARKERS and ending:
        return ending
    if name in ("Makefile", "Dockerfile") or ending in ("sh", "cfg", "conf"):
        return ""
    if ending:
        return None
    with open(path, "rb") as file:
        return "" if re.match(rb"#!.*sh\b", file.readline(60)) else None


def tracked():
    listing = subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True)
    return listing.stdout.splitlines()


def main(arguments):
    if not arguments or arguments[0] not in ("--check", "--fix"):
        sys.exit(__doc__)
    found = 0
    for path in arguments[1:] or tracked():
        if EXCLUDED.search(path):
            continue
        try:
            kind = kind_of(path)
        except FileNotFoundError:
            continue
        if kind is None:
            continue
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
        marker = MARKERS[kind]
        if arguments[0] == "--fix":
            better = wrapped(lines, marker)
            if better != lines:
                with open(path, "w", encoding="utf-8") as file:
                    file.write("\n".join(better))
            lines = better
        for number, line in enumerate(lines, 1):
            comment = comment_of(line, marker)
            behind = kind in ("swift", "c", "h") and re.search(r"\S.*\s//\s", line) and '"' not in line
            if len(line) > LIMIT and (behind or comment and not NOT_WRAPPED.match(comment[1])):
                print(f"{path}:{number}: a comment of {len(line)} columns; at most {LIMIT} (make fix wraps it)")
                found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
