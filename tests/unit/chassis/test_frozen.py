"""What is frozen into JSON and thawed again is the same, whatever the nesting."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.frozen import freeze, thawing


class Colour(StrEnum):
    """A word."""

    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Leaf:
    """Scalars of every kind, some of them unknown."""

    text: str
    count: int | None
    share: float
    amount: Decimal
    at: datetime
    on: date | None
    colour: Colour
    later: str = "default"


@dataclass(frozen=True)
class Tree:
    """Everything nested in everything, itself included."""

    leaf: Leaf
    perhaps: Leaf | None
    leaves: tuple[Leaf, ...]
    listed: list[date]
    pair: tuple[str, datetime]
    named: Mapping[str, tuple[str, ...]]
    inner: "Tree | None" = None


TEXTS = st.text('ab中 "\\\n', max_size=4)
MOMENTS = st.datetimes(timezones=st.just(UTC))
AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=3)
LEAVES = st.builds(Leaf, TEXTS, st.none() | st.integers(), st.floats(allow_nan=False), AMOUNTS, MOMENTS, st.none() | st.dates(), st.sampled_from(Colour), TEXTS)
TREES = st.builds(
    Tree,
    LEAVES,
    st.none() | LEAVES,
    st.lists(LEAVES, max_size=3).map(tuple),
    st.lists(st.dates(), max_size=3),
    st.tuples(TEXTS, MOMENTS),
    st.dictionaries(TEXTS, st.lists(TEXTS, max_size=2).map(tuple), max_size=2),
)


def _thawed(kind: Any, value: Any) -> Any:
    change = thawing(kind)
    assert change is not None
    return change(value)


@given(TREES, st.none() | TREES)
def test_what_was_frozen_comes_back(tree: Tree, inner: Tree | None) -> None:
    whole = replace(tree, inner=inner)
    assert _thawed(Tree, json.loads(json.dumps(freeze(whole)))) == whole


def test_a_model_may_grow_and_shrink() -> None:
    leaf = Leaf("a", None, 0.5, Decimal("1.000"), datetime(2026, 7, 29, tzinfo=UTC), None, Colour.RED)
    kept = freeze(leaf)
    del kept["later"]
    assert _thawed(Leaf, kept | {"forgotten": 1}) == leaf


@pytest.mark.parametrize("kind", [str, int, float, bool, str | None, dict[str, str], Any])
def test_what_json_holds_as_it_is_is_not_touched(kind: Any) -> None:
    assert thawing(kind) is None


def test_an_empty_column_is_an_empty_list() -> None:
    assert _thawed(tuple[Leaf, ...], None) == ()
    assert _thawed(list[str], None) == []


def test_what_has_no_form_in_json_is_refused() -> None:
    with pytest.raises(TypeError, match="bytes"):
        freeze((b"x",))
