"""Information release 信息发布 (DI-24): one text, approved by another person, on all its channels; nothing else goes out."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from chassis.states import Machine, Transition
from services.dispatch import errors

RELEASE = Machine(
    "release",
    ("draft",),
    {
        "update": Transition(("draft",)),
        "approve": Transition(("draft",), "approved"),
        "publish": Transition(("approved",), "published"),
        "discard": Transition(("draft", "approved"), "discarded"),
    },
)


@dataclass(frozen=True, slots=True)
class ReleaseDrafted:
    """Written or changed."""

    release_id: str
    title: str


@dataclass(frozen=True, slots=True)
class ReleaseApproved:
    """Approved."""

    release_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class ReleasePublished:
    """Gone out."""

    release_id: str
    title: str
    content: str
    channels: tuple[str, ...]
    seq: int
    digest: str


@dataclass(frozen=True, slots=True)
class ReleaseDiscarded:
    """Dropped."""

    release_id: str
    reason: str


@dataclass(slots=True, kw_only=True)
class Release:
    """A release, by its last `author` and all its `editors`; `seq` counts what its incident has published, from 1, and is 0 until then."""

    id: str
    version: int = 1
    state: str = "draft"
    created_at: datetime
    updated_at: datetime
    incident_id: str
    region_code: str
    exercise_id: str
    title: str
    content: str
    channels: tuple[str, ...]
    author: str
    editors: tuple[str, ...]
    approver: str = ""
    approved_at: datetime | None = None
    published_at: datetime | None = None
    digest: str = ""
    seq: int = 0

    @property
    def name(self) -> str:
        """Resource name."""
        return f"releases/{self.id}"

    def drafted(self) -> ReleaseDrafted:
        """The fact of its being written."""
        return ReleaseDrafted(self.id, self.title)

    def update(self, title: str, content: str, channels: tuple[str, ...], author: str) -> ReleaseDrafted:
        """Another text; 403 once it was approved. Whoever writes last is its author, and everybody who wrote counts as editor."""
        if self.state in ("approved", "published"):
            raise errors.unapproved_text()
        self.state = RELEASE.next(self.state, "update")
        self.title, self.content, self.channels = title, content, channels or self.channels
        self.author, self.editors = author, tuple(dict.fromkeys((*self.editors, author)))
        return self.drafted()

    def approve(self, approver: str, now: datetime) -> ReleaseApproved:
        """Approved by somebody who did not write it."""
        self.state = RELEASE.next(self.state, "approve")
        if approver in self.editors:
            raise errors.same_person("author", "approver")
        self.approver, self.approved_at, self.digest = approver, now, text_digest(self.title, self.content)
        return ReleaseApproved(self.id, self.digest)

    def publish(self, content: str, seq: int, now: datetime) -> ReleasePublished:
        """It goes out; 403 when the text is not the approved one."""
        if text_digest(self.title, content or self.content) != (self.digest or text_digest(self.title, self.content)):
            raise errors.unapproved_text()
        self.state = RELEASE.next(self.state, "publish")
        self.published_at, self.seq = now, seq
        return ReleasePublished(self.id, self.title, self.content, self.channels, seq, self.digest)

    def discard(self, reason: str) -> ReleaseDiscarded:
        """Dropped before it went out."""
        self.state = RELEASE.next(self.state, "discard")
        return ReleaseDiscarded(self.id, reason)


def text_digest(title: str, content: str) -> str:
    """SHA-256 of headline and text."""
    return hashlib.sha256(f"{title}\0{content}".encode()).hexdigest()
