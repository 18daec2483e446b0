"""`python -m tests.load.exercise`: the large exercise as load, on the stack profile; prints the goals and writes var/exercise.json."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from deploy.local.profile import Profile as Backend
from tests.load.exercise.goals import judge
from tests.load.exercise.profile import EX_5000, SHORT, shortened
from tests.load.exercise.runner import run
from tests.load.figures import Figures

ROOT = Path(__file__).resolve().parents[3]


def main() -> int:
    """Run it; non-zero when a goal is missed."""
    parser = argparse.ArgumentParser(description="压力演练 / the large exercise as load")
    parser.add_argument("--short", action="store_true", help="about a minute / 约一分钟")
    parser.add_argument("--share", type=float, default=1.0, help="each part only so long / 各阶段时长比例")
    parser.add_argument("--replicas", type=int, default=1, help="processes of dispatch / 处置服务进程数")
    parser.add_argument("--kill", action="store_true", help="kill -9 dispatch, Kafka and Redis in the surge / 高峰时杀死进程")
    parser.add_argument("--directory", type=Path, help="keep the platform's logs and databases here, an empty directory / 保留平台日志与数据")
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "exercise.json")
    chosen = parser.parse_args()
    profile = SHORT if chosen.short else EX_5000
    if chosen.share != 1.0:
        profile = shortened(profile, chosen.share)
    backend: Backend = "embedded" if os.environ.get("FENGHUO_PROFILE") == "embedded" else "stack"
    figures = Figures(f"make exercise ({backend}, {profile.name}{', under fire' if chosen.kill else ''})")
    with tempfile.TemporaryDirectory(prefix="fhexercise") as directory:
        seen = run(
            profile, backend, chosen.directory or Path(directory), replicas=chosen.replicas, kill=chosen.kill, raw=chosen.out.with_suffix(".samples.json")
        )
    judge(seen, figures)
    figures.add("load average of the machine at the end", os.getloadavg()[1], f"of {os.cpu_count()} cores")
    for broken in [*seen.invariants, *seen.result["wrong"]]:
        print(f"✗ {broken}")  # noqa: T201 - what the user waits for
    return 0 if figures.show(chosen.out) else 1


if __name__ == "__main__":
    sys.exit(main())
