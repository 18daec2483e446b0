"""Facts of experts, topic `fenghuo.experts.expert.v1`, key: expert id. References only, never personal data."""

from collections.abc import Callable
from typing import Any

from chassis.journal import Encoded
from fenghuo.experts.v1 import expert_events_pb2 as pb
from fenghuo.experts.v1 import experts_pb2
from services.experts.codec import words
from services.experts.model import expert_events as facts

TOPIC = "fenghuo.experts.expert.v1"


def _nominated(event: facts.ExpertNominated) -> pb.ExpertEvent:
    return pb.ExpertEvent(expert_nominated=pb.ExpertNominated(fields=words.fields(event.fields)))


def _activated(event: facts.ExpertActivated) -> pb.ExpertEvent:
    fact = pb.ExpertActivated(fields=words.fields(event.fields), shared_with=event.shared_with, resumed=event.resumed)
    words.stamp(fact, appoint_end_time=event.appointed_to)
    return pb.ExpertEvent(expert_activated=fact)


def _removed(event: facts.ExpertRemoved) -> pb.ExpertEvent:
    fact = pb.ExpertRemoved()
    words.stamp(fact, purge_time=event.purge_at)
    return pb.ExpertEvent(expert_removed=fact)


def _stale(event: facts.ExpertStale) -> pb.ExpertEvent:
    fact = pb.ExpertStale()
    words.stamp(fact, verify_time=event.verified_at)
    return pb.ExpertEvent(expert_stale=fact)


def _updated(event: facts.ExpertUpdated) -> pb.ExpertEvent:
    return pb.ExpertEvent(expert_updated=pb.ExpertUpdated(changed=event.changed, fields=words.fields(event.fields)))


def _disciplined(event: facts.ExpertDisciplined) -> pb.ExpertEvent:
    return pb.ExpertEvent(expert_disciplined=pb.ExpertDisciplined(kind=words.value(experts_pb2.DisciplineKind, event.kind)))


_MESSAGES: dict[type, Callable[[Any], pb.ExpertEvent]] = {
    facts.ExpertNominated: _nominated,
    facts.ExpertReviewBegun: lambda _: pb.ExpertEvent(expert_review_begun=pb.ExpertReviewBegun()),
    facts.ExpertActivated: _activated,
    facts.ExpertRejected: lambda _: pb.ExpertEvent(expert_rejected=pb.ExpertRejected()),
    facts.ExpertSuspended: lambda _: pb.ExpertEvent(expert_suspended=pb.ExpertSuspended()),
    facts.ExpertRemoved: _removed,
    facts.ExpertExpired: lambda _: pb.ExpertEvent(expert_expired=pb.ExpertExpired()),
    facts.ExpertStale: _stale,
    facts.ExpertVerified: lambda _: pb.ExpertEvent(expert_verified=pb.ExpertVerified()),
    facts.ExpertUpdated: _updated,
    facts.ExpertShared: lambda event: pb.ExpertEvent(expert_shared=pb.ExpertShared(shared_with=event.shared_with)),
    facts.ExpertDisciplined: _disciplined,
    facts.ExpertPurged: lambda _: pb.ExpertEvent(expert_purged=pb.ExpertPurged()),
}


def _encoded(event: facts.Fact) -> Encoded:
    return Encoded(TOPIC, event.expert_id, _MESSAGES[type(event)](event))


ENCODERS: dict[type, Callable[[Any], Encoded]] = dict.fromkeys(_MESSAGES, _encoded)
