"""Values end in time, counters count each call once, hashes hold the latest positions."""

import asyncio

import pytest

from chassis.hot import HotStore, HotStoreUnavailableError, open_hot_store
from chassis.hot.memory import MemoryHotStore
from deploy.local.profile import chosen_backends
from deploy.local.servers import Redis
from tests.conformance.waiting import until_async


async def test_a_value_is_kept_until_its_time(store: HotStore, key: str) -> None:
    await store.put(key, b"\x00\xff value", ttl_s=60)
    assert await store.get(key) == b"\x00\xff value"
    await store.put(key, b"newer", ttl_s=0.1)
    assert await store.get(key) == b"newer"

    async def gone() -> bool:
        return await store.get(key) is None

    await until_async(gone, 5, "the value has ended")


async def test_an_absent_or_dropped_value_is_none(store: HotStore, key: str) -> None:
    assert await store.get(key) is None
    await store.drop(key)
    await store.put(key, b"", ttl_s=60)
    assert await store.get(key) == b""
    await store.drop(key)
    assert await store.get(key) is None


async def test_a_counter_counts_each_call_once(store: HotStore, key: str) -> None:
    counted = await asyncio.gather(*(store.count(key, window_s=60) for _ in range(200)))
    assert sorted(counted) == list(range(1, 201))


async def test_a_counter_ends_with_its_window_and_not_later(store: HotStore, key: str) -> None:
    assert await store.count(key, window_s=0.3) == 1
    highest = 1

    async def began_again() -> bool:
        nonlocal highest
        now = await store.count(key, window_s=0.3)
        highest, again = max(highest, now), now < highest
        return again

    await until_async(began_again, 5, "a new window, although the old one was counted on")
    assert highest > 1


async def test_a_counter_that_is_reset_counts_from_one(store: HotStore, key: str) -> None:
    for number in (1, 2):
        assert await store.count(key, window_s=60) == number
    await store.reset(key)
    assert await store.count(key, window_s=60) == 1


async def test_several_counters_at_once_are_those_that_are_counted_one_by_one(store: HotStore, key: str) -> None:
    other = f"{key}/other"
    assert await store.count(key, window_s=60) == 1
    found = await store.add({key: 4, other: 2}, window_s=60)
    assert {name: tally.count for name, tally in found.items()} == {key: 5, other: 2}
    assert all(59 < tally.ends_in_s <= 60 for tally in found.values())
    again = await asyncio.gather(*(store.add({other: 1}, window_s=60) for _ in range(50)))
    assert sorted(each[other].count for each in again) == list(range(3, 53))
    assert await store.count(key, window_s=60) == 6
    assert await store.add({}, window_s=60) == {}


async def test_what_is_added_later_does_not_prolong_the_window(store: HotStore, key: str) -> None:
    first = (await store.add({key: 1}, window_s=0.5))[key]
    second = (await store.add({key: 1}, window_s=60))[key]
    assert (first.count, second.count) == (1, 2)
    assert second.ends_in_s <= first.ends_in_s <= 0.5

    async def began_again() -> bool:
        return (await store.add({key: 1}, window_s=0.5))[key].count == 1

    await until_async(began_again, 5, "a new window")


async def test_several_values_at_once(store: HotStore, key: str) -> None:
    names = [f"{key}/{number}" for number in range(3)]
    await store.put(names[0], b"\x00", ttl_s=60)
    await store.put(names[2], b"", ttl_s=60)
    assert await store.get_several(names) == {names[0]: b"\x00", names[2]: b""}
    await store.drop(names[0])
    assert await store.get_several(names[:2]) == {}
    assert await store.get_several([]) == {}


async def test_counters_values_and_hashes_of_one_key_are_apart(store: HotStore, key: str) -> None:
    await store.put(key, b"value", ttl_s=60)
    await store.put_fields(key, {"name": b"field"})
    assert await store.count(key, window_s=60) == 1
    assert await store.get(key) == b"value"
    assert await store.get_fields(key) == {"name": b"field"}


async def test_fields_of_a_hash(store: HotStore, key: str) -> None:
    assert await store.get_fields(key) == {}
    await store.put_fields(key, {"消防一队": b"\x01", "b": b"\x02", "c": b"\x03"})
    await store.put_fields(key, {"b": b"newer"})
    await store.put_fields(key, {})
    assert await store.get_fields(key) == {"消防一队": b"\x01", "b": b"newer", "c": b"\x03"}
    assert await store.get_fields(key, ["消防一队", "c", "absent"]) == {"消防一队": b"\x01", "c": b"\x03"}
    assert await store.get_fields(key, []) == {}
    await store.drop_fields(key, ["c", "absent"])
    await store.drop_fields(key, [])
    assert await store.get_fields(key) == {"消防一队": b"\x01", "b": b"newer"}


async def test_many_positions_at_once(store: HotStore, key: str) -> None:
    positions = {f"units/{number}": str(number).encode() for number in range(2000)}
    await store.put_fields(key, positions)
    assert await store.get_fields(key) == positions


async def test_many_callers_share_few_connections(store: HotStore, key: str) -> None:
    await asyncio.gather(*(store.put(f"{key}/{number}", b"x", ttl_s=60) for number in range(100)))
    found = await asyncio.gather(*(store.get(f"{key}/{number}") for number in range(100)))
    assert found == [b"x"] * 100


async def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match="memcached"):
        await open_hot_store("memcached://localhost")


async def test_the_memory_store_is_bounded() -> None:
    now = 0.0
    store = MemoryHotStore(max_entries=10, monotonic=lambda: now)
    for number in range(50):
        await store.put(f"value-{number}", b"x", ttl_s=60)
        await store.count(f"counter-{number}", window_s=60)
        await store.put_fields("hash", {f"field-{number}": b"x"})
    assert [await store.get(f"value-{number}") for number in (39, 40, 49)] == [None, b"x", b"x"]
    assert sorted(await store.get_fields("hash")) == [f"field-{number}" for number in range(40, 50)]
    assert await store.count("counter-0", window_s=60) == 1
    now = 61.0
    assert await store.get("value-49") is None
    assert await store.count("counter-49", window_s=60) == 1


if "stack" in chosen_backends():

    async def test_redis_comes_back(redis_server: Redis, key: str) -> None:
        store = await open_hot_store(redis_server.url)
        await store.put(key, b"before", ttl_s=60)
        await asyncio.to_thread(redis_server.kill)
        async with asyncio.timeout(2):
            with pytest.raises(HotStoreUnavailableError):
                await store.get(key)
        await asyncio.to_thread(redis_server.start)
        await store.put(key, b"after", ttl_s=60)
        assert await store.get(key) == b"after"
        await store.close()
