"""A table of line coverage by module, from what `swift test --enable-code-coverage` exports.

coverage.py EXPORT ROOT OUT: prints Markdown, and writes the same numbers as JSON to OUT.
"""

import json
import sys
from collections import defaultdict


def main(export, root, out):
    with open(export, encoding="utf-8") as file:
        data = json.load(file)["data"][0]
    modules = defaultdict(lambda: [0, 0])
    prefix = root.rstrip("/") + "/Sources/"
    for entry in data["files"]:
        if entry["filename"].startswith(prefix):
            module = entry["filename"][len(prefix) :].split("/", 1)[0]
            lines = entry["summary"]["lines"]
            modules[module][0] += lines["covered"]
            modules[module][1] += lines["count"]
    rows = sorted(modules.items(), key=lambda item: -item[1][0] / max(1, item[1][1]))
    covered, count = (sum(row[1][index] for row in rows) for index in (0, 1))
    print("| module | lines | covered |\n|---|---|---|")
    for name, (hit, total) in [*rows, ("all", (covered, count))]:
        print(f"| {name} | {total:,} | {100 * hit / max(1, total):.1f} % |")
    numbers = {name: {"lines": total, "covered": hit} for name, (hit, total) in rows}
    with open(out, "w", encoding="utf-8") as file:
        json.dump({"lines": count, "covered": covered, "modules": numbers}, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
