"""`buf lint` on the contract and `buf breaking` against the contract as it was landed last.

Both work on the descriptor image that protoc builds, so nothing has to be vendored or fetched.
The base is FENGHUO_BASE if set; else the main branch; on the main branch itself the commit before HEAD, or the newest tag where there is none.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

from tools import gen_proto

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / "buf.yaml"


def image(proto: Path, target: Path) -> None:
    """Write the descriptor image of every .proto under `proto`, with comments; protoc's complaint ends the program."""
    rules = target.with_suffix(".rules")
    rules.write_bytes(gen_proto.rules_descriptor())
    _, *well_known = gen_proto.includes()
    sources = sorted(str(path.relative_to(proto)) for path in proto.rglob("*.proto"))
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{proto}", *(f"-I{path}" for path in well_known), f"--descriptor_set_in={rules}"]
    done = subprocess.run(
        [*command, f"--descriptor_set_out={target}", "--include_imports", "--include_source_info", *sources], capture_output=True, text=True, check=False
    )
    rules.unlink()
    if done.returncode:
        raise SystemExit(done.stderr)


def buf(*arguments: str) -> list[str]:
    """Run buf on the contract's own files; its complaints, one a line."""
    command = [str(Path(sys.executable).parent / "buf"), *arguments, "--config", str(CONFIG), "--path", "fenghuo"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    complaints = (done.stdout + done.stderr).splitlines()
    if done.returncode and not complaints:
        raise RuntimeError(f"buf {arguments[0]} ended with {done.returncode}")
    return complaints if done.returncode else []


def lint(new: Path) -> list[str]:
    """Complaints about names, versions, layout and missing comments."""
    return buf("lint", f"{new}#format=binpb")


def breaking(new: Path, old: Path) -> list[str]:
    """Changes that would break a client or a stored event."""
    return buf("breaking", f"{new}#format=binpb", "--against", f"{old}#format=binpb")


def git(*arguments: str) -> bytes | None:
    """What git answers, or None when it refuses."""
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def commit(name: str) -> str | None:
    """The commit that `name` means; None when there is none."""
    found = git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    return found.decode().strip() if found else None


def base() -> str | None:
    """The commit whose contract must still be honoured; None when the history is too short to know."""
    if named := os.environ.get("FENGHUO_BASE"):
        found = commit(named)
        if found is None:
            raise SystemExit(f"FENGHUO_BASE={named} is no commit")
        return found
    head = commit("HEAD")
    for name in ("origin/main", "main"):
        if (landed := commit(name)) and landed != head:
            return landed
    tag = git("describe", "--tags", "--abbrev=0")
    return commit("HEAD~1") or (commit(tag.decode().strip()) if tag else None)


def extract(revision: str, target: Path) -> Path | None:
    """Write proto/ as it was at `revision` below `target`; None when there was none."""
    archive = git("archive", "--format=tar", revision, "proto")
    if archive is None:
        return None
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        tar.extractall(target, filter="data")
    return target / "proto" if any((target / "proto").rglob("*.proto")) else None


def main() -> None:
    """Lint, compare, print every complaint; exit 1 if there is one."""
    with tempfile.TemporaryDirectory() as scratch:
        new = Path(scratch) / "new.binpb"
        image(ROOT / "proto", new)
        found = lint(new)
        print("\n".join([*found, f"buf lint: {len(found)} complaints"]))
        revision = base()
        old_proto = extract(revision, Path(scratch) / "base") if revision else None
        if revision is None:
            print("buf breaking: nothing to compare with, the history has no earlier commit and no tag")
        elif old_proto is None:
            print(f"buf breaking: nothing to compare with, {revision[:12]} has no contract")
        else:
            old = Path(scratch) / "old.binpb"
            image(old_proto, old)
            changes = breaking(new, old)
            print("\n".join([*changes, f"buf breaking against {revision[:12]}: {len(changes)} complaints"]))
            found += changes
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
