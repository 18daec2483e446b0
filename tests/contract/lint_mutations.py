"""Run the import contracts on a tree as it stands and once more for every mutation of it; used as a process of its own, for its own import path.

Reads {"tree": …, "config": …, "mutations": {name: {path: text}}} from standard input and writes {name: output of lint-imports} to standard output.
"""

import contextlib
import importlib
import io
import json
import sys
from pathlib import Path

from importlinter.cli import lint_imports


def lint(config: str) -> str:
    """What `lint-imports` says."""
    importlib.invalidate_caches()
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        lint_imports(config_filename=config, no_cache=True, no_logo=True)
    return said.getvalue()


def main() -> None:
    """Mutate, lint, restore, one mutation after the other."""
    order = json.load(sys.stdin)
    tree = Path(order["tree"])
    sys.path[:0] = [str(tree)]
    outputs = {}
    for name, mutation in order["mutations"].items():
        before = {path: (tree / path).read_text() if (tree / path).exists() else None for path in mutation}
        for path, text in mutation.items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_text((before[path] or "") + text)
        outputs[name] = lint(order["config"])
        for path, old in before.items():
            if old is None:
                (tree / path).unlink()
            else:
                (tree / path).write_text(old)
    json.dump(outputs, sys.stdout)


if __name__ == "__main__":
    main()
