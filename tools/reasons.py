"""Find every reason that the code refuses with, and the details each refusal carries, without running it.

A *maker* is a callable that makes a refusal: DomainError itself, and every function that hands one of its own parameters on as the reason
(`guard`, `invalid`). What a maker is called with is followed through imports and constants of modules and enumerations.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

SEED = "chassis.errors.DomainError"


@dataclass(frozen=True)
class Maker:
    """Where a callable takes its reason, and which details it adds by itself."""

    position: int
    keyword: str
    default: str | None = None
    fixed: frozenset[str] = frozenset()
    open: bool = True
    own: frozenset[str] = frozenset({"kind", "reason"})


@dataclass(frozen=True)
class Use:
    """A refusal in the code. `details` is None when they cannot be known; `literal` says that the reason is spelled out in the call."""

    reason: str
    details: frozenset[str] | None
    path: str
    line: int
    literal: bool


@dataclass
class Module:
    """One file, with what its names mean."""

    path: str
    name: str
    tree: ast.Module
    aliases: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)


@dataclass
class Findings:
    """What the code refuses with, and the places where that cannot be told."""

    uses: list[Use] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = _dotted(node.value)
        return f"{head}.{node.attr}" if head else None
    return None


def _string(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _constants(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, str]]:
    for node in body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        value = _string(node.value) if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if value is not None:
            yield from ((f"{prefix}.{target.id}", value) for target in targets if isinstance(target, ast.Name))
        if isinstance(node, ast.ClassDef):
            yield from _constants(node.body, f"{prefix}.{node.name}")


def parse(path: str, text: str) -> Module:
    """Read one file: its imports, functions and string constants."""
    parts = PurePosixPath(path).with_suffix("").parts
    package = parts[:-1]
    name = ".".join(package if parts[-1] == "__init__" else parts)
    module = Module(path, name, ast.parse(text, path))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            module.aliases |= {alias.asname or alias.name.split(".")[0]: alias.name if alias.asname else alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            source = ".".join([*base, *([node.module] if node.module else [])])
            module.aliases |= {alias.asname or alias.name: f"{source}.{alias.name}" for alias in node.names}
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            module.aliases[node.name] = f"{name}.{node.name}"
    module.constants = dict(_constants(module.tree.body, name))
    module.aliases |= {constant.rsplit(".", 1)[1]: constant for constant in module.constants if constant.count(".") == name.count(".") + 1}
    return module


class Search:
    """Follows refusals through a set of files."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.modules = {module.name: module for module in (parse(path, text) for path, text in files.items())}
        self.makers = {SEED: Maker(1, "reason")}
        self.constants = {name: value for module in self.modules.values() for name, value in module.constants.items()}

    def resolve(self, module: Module, node: ast.expr) -> str | None:
        """What a name means, by its full dotted name; re-exports are followed."""
        name = _dotted(node)
        if name is None:
            return None
        head, _, tail = name.partition(".")
        full = ".".join(filter(None, (module.aliases.get(head, head), tail)))
        for _ in range(5):
            source, _, last = full.rpartition(".")
            onward = self.modules[source].aliases.get(last) if source in self.modules else None
            if onward is None or onward == full:
                break
            full = onward
        return full

    def run(self) -> Findings:
        """Every refusal; makers are found first, until there are no more."""
        while True:
            known = len(self.makers)
            findings = Findings()
            for module in self.modules.values():
                self._visit(module, module.tree, None, findings)
            if len(self.makers) == known:
                return findings

    def _visit(self, module: Module, node: ast.AST, function: ast.FunctionDef | ast.AsyncFunctionDef | None, findings: Findings) -> None:
        for child in ast.iter_child_nodes(node):
            inner = child if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function
            if isinstance(child, ast.Call) and (maker := self.makers.get(self.resolve(module, child.func) or "")):
                self._call(module, child, maker, function, findings)
            self._visit(module, child, inner, findings)

    def _call(self, module: Module, call: ast.Call, maker: Maker, function: ast.FunctionDef | ast.AsyncFunctionDef | None, findings: Findings) -> None:
        given = next(
            (word.value for word in call.keywords if word.arg == maker.keyword), call.args[maker.position] if len(call.args) > maker.position else None
        )
        details, is_open = _details(call, maker)
        known = None if is_open else details
        if given is None:
            if maker.default is not None:
                findings.uses.append(Use(maker.default, known, module.path, call.lineno, literal=False))
            return
        choices = [given.body, given.orelse] if isinstance(given, ast.IfExp) else [given]
        for choice in choices:
            literal = _string(choice)
            value = literal if literal is not None else self.constants.get(self.resolve(module, choice) or "")
            if value is not None:
                findings.uses.append(Use(value, known, module.path, call.lineno, literal=literal is not None))
            elif maker_name := self._derive(module, choice, function, details):
                if default := self.makers[maker_name].default:
                    findings.uses.append(Use(default, None, module.path, call.lineno, literal=False))
            else:
                findings.unknown.append(f"{module.path}:{call.lineno}: the reason {ast.unparse(choice)} cannot be known before the call")

    def _derive(self, module: Module, reason: ast.expr, function: ast.FunctionDef | ast.AsyncFunctionDef | None, fixed: frozenset[str]) -> str | None:
        """The function around the call, when the reason is a parameter of it: thereby it is a maker itself."""
        if function is None or not isinstance(reason, ast.Name):
            return None
        plain = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
        every = [*plain, *(argument.arg for argument in function.args.kwonlyargs)]
        if reason.id not in every:
            return None
        defaults: dict[str, ast.expr | None] = dict(zip(reversed(plain), reversed(function.args.defaults), strict=False))
        defaults |= {argument.arg: value for argument, value in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)}
        position = plain.index(reason.id) if reason.id in plain else 99
        is_open = function.args.kwarg is not None
        name = f"{module.name}.{function.name}"
        self.makers[name] = Maker(position, reason.id, _string(defaults.get(reason.id)), fixed, is_open, frozenset(every))
        return name


def _details(call: ast.Call, maker: Maker) -> tuple[frozenset[str], bool]:
    """The details that the call gives, and whether there may be others."""
    names, is_open = set(maker.fixed), False
    for word in call.keywords:
        if word.arg is not None:
            names |= {word.arg} - maker.own
            continue
        keys = (key for node in ast.walk(word.value) if isinstance(node, ast.Dict) for key in node.keys)
        names |= {name for name in map(_string, keys) if name is not None}
        is_open = is_open or not isinstance(word.value, ast.Dict)
    return frozenset(names), is_open
