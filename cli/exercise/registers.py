"""Which units there are to play with: those of a running platform, or those of the sample district that a platform of its own starts with."""

from collections.abc import Set as AbstractSet

from cli.api import Api
from cli.exercise.coherence import Fault, strangers
from cli.exercise.reading import More
from cli.exercise.scenario import Scenario
from cli.exercise.sealing import rows


def named_units(address: str, password: str) -> More:
    """Looks whether the units that a scenario names exist, on the platform at the address, else in the sample district."""

    def look(scenario: Scenario) -> list[Fault]:
        if not address:
            return strangers(scenario, _sample_district(), "示例区 the sample district (another platform: --address)")
        api = Api(url_of(address), lambda _user: password)
        try:
            seen = {row["unit"] for row in rows(api, scenario.accounts.officer[0], "/unitStatuses", "unitStatuses")}
        finally:
            api.close()
        return strangers(scenario, seen, f"{address} 的力量 the units there")

    return look


def url_of(address: str) -> str:
    """The address with its scheme."""
    return address if "://" in address else f"http://{address}"


def _sample_district() -> AbstractSet[str]:
    from deploy.local.district import read
    from deploy.local.platform import DISTRICT

    return {f"units/{request.body['unitId']}" for request in read(DISTRICT) if request.path == "/units"}
