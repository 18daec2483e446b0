"""Run everything: `python -m tests.load.replay [auckland windows toronto]`. FENGHUO_CORPUS names the data; FENGHUO_BENCH=full takes more replications."""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.load.figures import Figures
from tests.load.replay import studies

ROOT = Path(__file__).resolve().parents[3]
NEEDED = (
    "roads/auckland/roads.zip", "roads/auckland/urban_pop_density_40m.zip", "roads/auckland/models/1/stations/stations_1.csv",
    "roads/auckland/models/1/hospitals/hospitals_1.csv", "roads/auckland/models/1/ambulances/ambulances_1.csv",
    "fire/toronto_fire_incidents_2011_2017.csv.gz",
)  # fmt: skip

STUDIES: Mapping[str, Callable[[studies.Setting], None]] = {
    "auckland": studies.auckland, "windows": studies.windows, "toronto": studies.toronto,
}  # fmt: skip


def missing(corpus: str | None) -> str:
    """What keeps the replay from running; empty when nothing does."""
    if not corpus:
        return "FENGHUO_CORPUS is not set: the replay needs the real calls and roads it names (fire/, roads/auckland/); see docs/dispatch-quality.md"
    absent = [name for name in NEEDED if not (Path(corpus) / name).is_file()]
    return f"FENGHUO_CORPUS={corpus} lacks {', '.join(absent)}; see docs/dispatch-quality.md" if absent else ""


def main(names: Sequence[str]) -> int:
    """Run what is named (all of it when nothing is). Misses of the goal are figures, shown as such; the exit status says whether the replay ran."""
    if lack := missing(os.environ.get("FENGHUO_CORPUS")):
        print(lack, file=sys.stderr)  # noqa: T201 - the answer of a command
        return 2
    if unknown := set(names) - STUDIES.keys():
        raise SystemExit(f"no study {sorted(unknown)}; there are {', '.join(STUDIES)}")
    begin = time.perf_counter()
    figures = Figures("make replay")
    setting = studies.Setting(Path(os.environ["FENGHUO_CORPUS"]), ROOT / "var" / "plots", figures, os.environ.get("FENGHUO_BENCH") == "full")
    for name in names or STUDIES:
        STUDIES[name](setting)
    figures.add("the whole replay took", time.perf_counter() - begin, "s")
    figures.show(ROOT / "var" / "replay.json")
    print(f"plots: {ROOT / 'var' / 'plots'}/replay_*.png")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
