"""Settings of alerts, and what is built from them once: the desk and the ways out. Secrets are paths of files."""

import csv
import ssl
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import Field

from chassis.settings import ROOT, ServiceSettings
from services.alerts.channels.channel import Channel
from services.alerts.channels.delivery import ChannelKind, Delivery
from services.alerts.channels.drill import DrillChannel
from services.alerts.channels.email import EmailChannel, MailRelay
from services.alerts.channels.feed import FeedChannel
from services.alerts.channels.http_exchange import RequestSigner, new_client
from services.alerts.channels.loudspeaker import LoudspeakerChannel
from services.alerts.channels.smpp_pdu import Address
from services.alerts.channels.smpp_session import ReceiptNotKept, SmppAccount
from services.alerts.channels.sms import DeliveryReport, SmsChannel, SmsSettings
from services.alerts.channels.webhook import WebhookChannel
from services.alerts.use_cases.desk import Desk
from services.alerts.use_cases.places import Places

REFERENCE = ROOT / "districts" / "dawukou" / "reference"
HTTP_SECONDS = 15.0


class Settings(ServiceSettings):
    """What alerts needs beyond every service. A channel whose settings are empty is not configured: its deliveries fail and say so."""

    boundaries_file: Path = Field(default=REFERENCE / "boundaries.geojson", description="GeoJSON of the counties here and around")
    villages_file: Path = Field(default=REFERENCE / "villages.csv", description="population table: code, short_name, population, lon, lat")
    divisions_file: Path = Field(default=REFERENCE / "divisions.csv", description="names of regions: code, name")
    event_types_file: Path = Field(default=REFERENCE / "codes" / "event_types.csv", description="event codes: code, name_zh")
    alert_sender: str = Field(default="", description="CAP sender, one word; made from the district when empty")
    alert_agency: str = Field(default="999", pattern=r"^\d{3}$", description="agency in the 预警编号, GB/T 4657")
    alert_unit: str = Field(default="000", pattern=r"^\d{3}$", description="unit within the agency in the 预警编号")
    coverage_wanted: Decimal = Field(default=Decimal("0.900"), gt=0, le=1, description="coverage below which a retry is proposed (AL-01)")
    coverage_check_minutes: int = Field(default=30, ge=1, description="how long after publication coverage is looked at, and again while it is too low")
    public_address: str = Field(default="http://127.0.0.1:8080", description="public address that links of the feed begin with")
    loudspeaker_token_file: Path | None = Field(default=None, description="file with the bearer token of the loudspeaker gateways")
    webhook_key_file: Path | None = Field(default=None, description="PEM file of the Ed25519 key that signs what goes to subscribers")
    webhook_key_id: str = "alerts"
    sms_host: str = Field(default="", description="short message centre (SMPP 3.4); empty: not configured")
    sms_port: int = 2775
    sms_system_id: str = ""
    sms_password_file: Path | None = None
    sms_source: str = "12379"
    sms_tls: bool = True
    mail_host: str = Field(default="", description="mail relay; empty: not configured")
    mail_port: int = 587
    mail_sender: str = ""
    mail_username: str = ""
    mail_password_file: Path | None = None
    mail_tls: bool = True


def open_desk(settings: Settings) -> Desk:
    """Read the reference data."""
    with settings.event_types_file.open(encoding="utf-8") as file:
        event_names = {row["code"]: row["name_zh"] for row in csv.DictReader(file)}
    places = Places(settings.boundaries_file, settings.villages_file, settings.divisions_file, settings.district)
    return Desk(
        district=settings.district,
        sender=settings.alert_sender or f"FENGHUO_{settings.district}",
        agency=settings.alert_agency,
        unit=settings.alert_unit,
        places=places,
        event_names=event_names,
        coverage_wanted=settings.coverage_wanted,
        coverage_check=timedelta(minutes=settings.coverage_check_minutes),
        public_address=settings.public_address,
    )


def open_channels(settings: Settings, report: Callable[[DeliveryReport], Awaitable[bool]]) -> dict[ChannelKind, Channel]:
    """The configured ways out. Feed, loudspeaker and drill need no secret and are always there."""
    client = new_client(timeout_seconds=HTTP_SECONDS)
    channels: list[Channel] = [FeedChannel(_nothing), DrillChannel(_nothing), LoudspeakerChannel(client, token=_secret(settings.loudspeaker_token_file))]
    if settings.webhook_key_file:
        key = load_pem_private_key(settings.webhook_key_file.read_bytes(), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError(f"{settings.webhook_key_file} holds no Ed25519 key")
        channels.append(WebhookChannel(new_client(timeout_seconds=HTTP_SECONDS), RequestSigner(settings.webhook_key_id, key)))
    if settings.sms_host:
        channels.append(_sms(settings, report))
    if settings.mail_host:
        tls = ssl.create_default_context() if settings.mail_tls else None
        password = _secret(settings.mail_password_file)
        channels.append(EmailChannel(MailRelay(settings.mail_host, settings.mail_port, settings.mail_sender, tls, settings.mail_username, password)))
    return {channel.kind: channel for channel in channels}


def _sms(settings: Settings, report: Callable[[DeliveryReport], Awaitable[bool]]) -> SmsChannel:
    tls = ssl.create_default_context() if settings.sms_tls else None
    account = SmppAccount(settings.sms_host, settings.sms_port, settings.sms_system_id, _secret(settings.sms_password_file), tls=tls)

    async def keep(found: DeliveryReport) -> None:
        if not await report(found):
            raise ReceiptNotKept

    return SmsChannel(account, SmsSettings(Address(settings.sms_source)), keep)


async def _nothing(_delivery: Delivery) -> None:
    """The public feed and the record of drills read what the journal keeps; nothing more is to be done."""


def _secret(path: Path | None) -> str:
    return path.read_text(encoding="utf-8").strip() if path else ""
