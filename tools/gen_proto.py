"""Generate gen/ from proto/: messages, stubs and their types.

`buf/validate/validate.proto` is not vendored: its descriptor is inside the installed protovalidate package, and protoc reads it from a descriptor set.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2
from google.protobuf.message import Message

ROOT = Path(__file__).resolve().parent.parent
PROTO = ROOT / "proto"
GEN = ROOT / "gen"
RULES = "buf/validate/validate.proto"


def rules_descriptor() -> bytes:
    """A FileDescriptorSet that holds the field rules and what they import."""
    from google.protobuf import duration_pb2, field_mask_pb2, timestamp_pb2
    from protovalidate._gen.buf.validate import validate_pb  # the package's own copy of the descriptor

    files = descriptor_pb2.FileDescriptorSet()
    for module in (descriptor_pb2, duration_pb2, field_mask_pb2, timestamp_pb2):
        module.DESCRIPTOR.CopyToProto(files.file.add())
    desc = next(value for value in vars(validate_pb).values() if type(value).__name__ == "DescFile")
    files.file.add().MergeFromString(desc.proto.to_binary())
    return files.SerializeToString()


def includes() -> list[str]:
    """Import paths of the contract and of the well-known files it uses."""
    import google.api
    import grpc_tools

    google_api = Path(next(iter(google.api.__path__))).parent.parent
    return [str(PROTO), str(google_api), str(Path(str(grpc_tools.__file__)).parent / "_proto")]


def sources() -> list[str]:
    """Every .proto of the contract, relative to proto/, in a stable order."""
    return sorted(str(path.relative_to(PROTO)) for path in PROTO.rglob("*.proto"))


def protoc(*arguments: str) -> None:
    """Run protoc with the contract's import paths; its complaint is the exception's text."""
    with tempfile.TemporaryDirectory() as scratch:
        rules = Path(scratch) / "rules.binpb"
        rules.write_bytes(rules_descriptor())
        command = [sys.executable, "-m", "grpc_tools.protoc", *(f"-I{path}" for path in includes()), f"--descriptor_set_in={rules}", *arguments]
        environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise SystemExit(done.stderr or done.stdout)


def image(target: Path) -> None:
    """Write the descriptor image, with comments, that `buf` lints and compares."""
    protoc(f"--descriptor_set_out={target}", "--include_imports", "--include_source_info", *sources())


def generate(target: Path) -> None:
    """Generate the Python modules of the contract into `target`."""
    target.mkdir(parents=True, exist_ok=True)
    services = [name for name in sources() if "\nservice " in (PROTO / name).read_text()]
    protoc(f"--python_out={target}", f"--mypy_out=quiet:{target}", *sources(), RULES)
    (target / "fenghuo" / "comments.json").write_text(json.dumps(comments(), ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    if services:
        protoc(f"--grpc_python_out={target}", f"--mypy_grpc_out=quiet:{target}", *services)


def comments() -> dict[str, str]:
    """Leading comments of everything in the contract, by full name; they become the descriptions of the OpenAPI document."""
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "image.binpb"
        image(target)
        files = descriptor_pb2.FileDescriptorSet.FromString(target.read_bytes()).file
    found: dict[str, str] = {}
    for file in files:
        if file.package.startswith("fenghuo"):
            for location in file.source_code_info.location:
                text = " ".join(location.leading_comments.split())
                if text and location.path:
                    found[f"{file.package}.{_name_at(file, list(location.path))}"] = text
    return found


def _name_at(file: Message, path: list[int]) -> str:
    """Full name, without the package, of the element at a source location's path (field number, index, field number, index, …)."""
    names: list[str] = []
    here: Any = file
    for number, index in zip(path[::2], path[1::2], strict=False):
        here = getattr(here, here.DESCRIPTOR.fields_by_number[number].name)[index]
        names.append(here.name)
    return ".".join(names)


def main() -> None:
    """Replace gen/ by a fresh one; a contract that does not compile leaves it as it was."""
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / "gen"
        generate(fresh)
        shutil.rmtree(GEN, ignore_errors=True)
        shutil.copytree(fresh, GEN)
    print(f"gen/: {len(sources())} files of the contract generated")


if __name__ == "__main__":
    main()
