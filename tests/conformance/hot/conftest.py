"""The chosen hot stores; Redis runs for real."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from chassis.hot import HotStore, open_hot_store
from chassis.ids import new_id
from deploy.local.profile import Profile
from deploy.local.servers import Redis


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """A Redis of this session."""
    with Redis(tmp_path_factory.mktemp("hot")) as started:
        yield started


@pytest.fixture(scope="session")
def hot_url(backend: Profile, request: pytest.FixtureRequest) -> str:
    """Where the hot store of the profile is."""
    if backend == "embedded":
        return "memory://"
    server: Redis = request.getfixturevalue("redis_server")
    return server.url


@pytest_asyncio.fixture
async def store(hot_url: str) -> AsyncIterator[HotStore]:
    """One store."""
    opened = await open_hot_store(hot_url)
    yield opened
    await opened.close()


@pytest.fixture
def key() -> str:
    """A key nobody else uses."""
    return f"键:{new_id()}"
