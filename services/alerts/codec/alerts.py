"""Alerts, chains, notices, authorities and documents as the contract shows them."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from chassis.ids import checked_id
from fenghuo.alerts.v1 import alerts_pb2 as pb
from fenghuo.alerts.v1 import authorities_pb2, feed_pb2
from services.alerts.cap.findings import Finding
from services.alerts.codec.fields import fill, read
from services.alerts.model.alert import Alert
from services.alerts.model.authority import Authority
from services.alerts.model.chain import Chain
from services.alerts.model.content import AlertContent
from services.alerts.model.notice import Notice


def content(message: pb.AlertContent) -> AlertContent:
    """What a draft says."""
    return read(AlertContent, message)


def alert(model: Alert) -> pb.Alert:
    """An alert."""
    return fill(pb.Alert(), model)


def chain(model: Chain, alerts: Sequence[Alert] = ()) -> pb.AlertChain:
    """A chain, with its messages where asked for."""
    message = fill(pb.AlertChain(), model)
    message.alerts.extend(map(alert, alerts))
    return message


def notice(model: Notice) -> pb.AlertNotice:
    """A notice; the region shown is its addressee's."""
    message = fill(pb.AlertNotice(), model, without=("region_code",))
    message.region_code = model.addressee_region
    return message


def document(model: Alert, data: bytes, findings: Sequence[Finding]) -> pb.AlertDocument:
    """A CAP document with its digest."""
    found = [pb.DocumentFinding(rule=each.rule, path=each.path, reason=each.key) for each in findings]
    return pb.AlertDocument(name=model.name, document=data, digest=hashlib.sha256(data).hexdigest(), published=bool(model.document), findings=found)


def feed_document(data: bytes, content_type: str, updated: datetime) -> feed_pb2.FeedDocument:
    """Bytes for the public."""
    message = feed_pb2.FeedDocument(document=data, content_type=content_type, digest=hashlib.sha256(data).hexdigest())
    message.update_time.FromDatetime(updated)
    return message


def new_authority(request: authorities_pb2.CreateAuthorityRequest) -> Authority:
    """The row a request describes."""
    authority = read(Authority, request, id=checked_id(request.authority_id, "authority_id"))
    authority.levels = tuple(sorted(authority.levels))
    return authority


def authority(model: Authority) -> authorities_pb2.Authority:
    """A row of the table of authorities."""
    return fill(authorities_pb2.Authority(), model)
