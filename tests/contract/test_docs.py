"""The generated pages of docs/ say what the code says. In a process of its own: other tests put small contracts of theirs on the import path."""

import subprocess
import sys

from chassis.settings import ROOT

CHECK = "from tools.gen_docs import pages; print(*(p.name for p, text in pages() if not p.exists() or p.read_text(encoding='utf-8') != text))"


def test_the_generated_pages_are_fresh() -> None:
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", CHECK], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), f"run `make docs`: {done.stdout} {done.stderr[-500:]}"
