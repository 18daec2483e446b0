"""Reasons that commands ask for."""

from services.plans import errors


def given(reason: str) -> str:
    """The reason without blanks around it. REASON_NEEDED when there is none."""
    if not reason.strip():
        raise errors.reason_needed()
    return reason.strip()
