"""Budgets and words: how long a file or a function may be, how big data may be, and what no file may say.

Sizes are in lines and bytes. Every rule is a function from one file to its violations, so that a test can feed it a file that must be refused.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES = 400
CHASSIS_LINES = 250
MAIN_LINES = 80
FUNCTION_LINES = 50
DATA_BYTES = 2_000_000

CODE = {".py", ".ts", ".tsx"}
FORBIDDEN_NAME = re.compile(r"(?:.*[_-])?(?:commons?|helpers?|managers?|misc|processors?|shared|stuff|te?mp|utils?)", re.IGNORECASE)
# Lock files are written by the packagers' tools.
LOCKS = {"bench.txt", "dev.txt", "main.txt", "page.txt", "package-lock.json"}

# The patterns are written in two parts, so that this file does not match itself.
_REGISTRY_HOSTS = {
    "pypi": "org",
    "python[h]osted": "org",
    "npmjs": "(?:org|com)",
    "npmmirror": "com",
    "yarnpkg": "com",
    "proxy[.]golang": "org",
    "repo1?[.]maven(?:[.]apache)?": "org",
    "maven[.]aliyun": "com",
    "tsinghua[.]edu": "cn",
}
REGISTRY = re.compile("|".join(f"{host}[.]{end}" for host, end in _REGISTRY_HOSTS.items()))
MACHINE_PATH = re.compile(r"(?<![\w./-])(?:/ro" + r"ot/|/ho" + r"me/\w|/Us" + r"ers/\w|/wo" + r"rk/|[A-Z]:\\Us" + r"ers)")
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
SKIPPED = re.compile(r"(?:pytest|unittest|mark|test|it|describe)\.(?:sk" + r"ip\w*|x" + r"fail|todo)\b|\bimportor" + r"skip\b")


def files(root: Path) -> list[str]:
    """Every file of the repository, tracked or about to be, as a path relative to `root`."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True, check=True)
    return sorted({name for name in listed.stdout.decode().split("\0") if name and (root / name).is_file()})


def generated(path: str) -> bool:
    """True for what a tool writes and this check leaves to tools/check_generated.py."""
    return path.startswith("gen/") or PurePosixPath(path).name in LOCKS


def line_budget(path: str) -> int | None:
    """How many lines the file may have; None when it has no budget."""
    pure = PurePosixPath(path)
    if pure.suffix not in CODE or generated(path) or ("migrations" in pure.parts and "versions" in pure.parts):
        return None
    if pure.name == "main.py":
        return MAIN_LINES
    return CHASSIS_LINES if pure.parts[0] == "chassis" else FILE_LINES


def long_file(path: str, text: str) -> Iterator[str]:
    """A file over its budget; split it by resource, the package keeps the name."""
    budget = line_budget(path)
    lines = text.count("\n") + (not text.endswith("\n"))
    if budget is not None and text and lines > budget:
        yield f"{path}: {lines} lines, the budget is {budget}"


def long_functions(path: str, tree: ast.Module) -> Iterator[str]:
    """A function over 50 lines, its decorators not counted."""
    if "migrations/versions/" in path:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {lines} lines, the budget is {FUNCTION_LINES}"


def _broad(kind: ast.expr | None) -> bool:
    return kind is None or (isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"})


def _silent(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass | ast.Continue) or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))


def swallowed(path: str, tree: ast.Module) -> Iterator[str]:
    """A handler, or a `contextlib.suppress`, that catches everything and does nothing: the error would be lost."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            lost = any(map(_broad, kinds)) and all(map(_silent, node.body))
        elif isinstance(node, ast.Call):
            lost = ast.unparse(node.func) in {"suppress", "contextlib.suppress"} and any(map(_broad, node.args))
        else:
            continue
        if lost:
            yield f"{path}:{node.lineno}: an exception of any kind is swallowed"


def forbidden_name(path: str) -> Iterator[str]:
    """A name that says nothing and therefore collects everything."""
    for part in PurePosixPath(path).parts:
        if FORBIDDEN_NAME.fullmatch(part.split(".")[0]):
            yield f"{path}: the name {part!r} is not a word of the field"


def big_file(path: str, size: int) -> Iterator[str]:
    """Data that does not belong into a repository."""
    if size >= DATA_BYTES:
        yield f"{path}: {size} bytes, the budget is {DATA_BYTES}"


def generated_elsewhere(path: str, text: str) -> Iterator[str]:
    """Generated code outside gen/; its generator could not be verified against it."""
    if path.startswith("gen/"):
        return
    head = text[:600].lower()
    marked = PurePosixPath(path).suffix in CODE and ("do not " + "edit" in head or "@gener" + "ated" in head)
    if marked or path.endswith(("_pb2.py", "_pb2.pyi", "_pb2_grpc.py")):
        yield f"{path}: generated code lives in gen/ only"


def forbidden_words(path: str, text: str) -> Iterator[str]:
    """Registry hosts, paths of one machine, unfinished work and tests that do not run."""
    rules = [(REGISTRY, "names a package registry"), (MACHINE_PATH, "names a path of one machine"), (UNFINISHED, "marks unfinished work")]
    if PurePosixPath(path).suffix in CODE:
        rules.append((SKIPPED, "skips a test"))
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, complaint in rules:
            if match := pattern.search(line):
                yield f"{path}:{number}: {complaint}: {match.group(0)}"


def check_file(path: str, content: bytes) -> Iterator[str]:
    """Every violation of one file."""
    yield from forbidden_name(path)
    yield from big_file(path, len(content))
    if generated(path):
        if not path.startswith("gen/"):
            yield from (line for line in forbidden_words(path, content.decode()) if "registry" in line)
        return
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return
    yield from long_file(path, text)
    yield from generated_elsewhere(path, text)
    yield from forbidden_words(path, text)
    if path.endswith(".py"):
        try:
            tree = ast.parse(text, path)
        except SyntaxError as error:
            yield f"{path}:{error.lineno}: no Python {sys.version_info.major}.{sys.version_info.minor}: {error.msg}"
            return
        for rule in (long_functions, swallowed):
            yield from rule(path, tree)


def violations(root: Path) -> list[str]:
    """Every violation of the repository."""
    return [line for path in files(root) for line in check_file(path, (root / path).read_bytes())]


def main() -> None:
    """Print every violation; exit 1 if there is one."""
    found = violations(ROOT)
    print("\n".join([*found, f"budgets: {len(files(ROOT))} files, {len(found)} violations"]))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
