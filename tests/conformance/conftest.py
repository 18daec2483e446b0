"""The back ends this run is parametrised over: those chosen, and no others, so that none is skipped in silence."""

import pytest

from deploy.local.profile import Profile, chosen_backends


@pytest.fixture(scope="session", params=chosen_backends())
def backend(request: pytest.FixtureRequest) -> Profile:
    """The profile whose implementation the test runs on."""
    profile: Profile = request.param
    return profile
