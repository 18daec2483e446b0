"""gen/ is exactly what the generator makes of proto/: nothing edited, stale, missing or left over."""

import sys
import tempfile
from pathlib import Path

from tools import gen_proto


def contents(directory: Path) -> dict[str, bytes]:
    """Every file below `directory` but Python's own cache."""
    return {str(path.relative_to(directory)): path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file() and "__pycache__" not in path.parts}


def differences(kept: Path, fresh: Path) -> list[str]:
    """How the generated code that is kept differs from a fresh one."""
    old, new = contents(kept), contents(fresh)
    found = [f"gen/{name}: missing" for name in new.keys() - old.keys()]
    found += [f"gen/{name}: left over" for name in old.keys() - new.keys()]
    found += [f"gen/{name}: stale or edited" for name in old.keys() & new.keys() if old[name] != new[name]]
    return sorted(found)


def main() -> None:
    """Generate anew into a scratch directory and compare; exit 1 on a difference."""
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / "gen"
        gen_proto.generate(fresh)
        found = differences(gen_proto.GEN, fresh)
    print("\n".join([*found, f"generated: {len(found)} differences" + ("; `make proto` mends them" if found else "")]))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
