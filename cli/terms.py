"""What facts are called, for the reports that people read."""

import yaml

from chassis.settings import ROOT


def fact_names() -> dict[str, str]:
    """The Chinese name of every type of fact."""
    terms = yaml.safe_load((ROOT / "messages" / "terms" / "facts.yaml").read_text(encoding="utf-8"))
    return {name: words["zh"] for name, words in terms.items()}
