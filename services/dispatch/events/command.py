"""Facts of command, topic `fenghuo.dispatch.command.v1`, key: incident id."""

from fenghuo.dispatch.v1 import command_events_pb2 as pb
from services.dispatch.events.encoding import Encoders, by_name
from services.dispatch.model.command import CommandEstablished, CommandStoodDown, CommandTransferred

TOPIC = "fenghuo.dispatch.command.v1"
ENCODERS: Encoders = by_name(TOPIC, pb.CommandEvent, CommandEstablished, CommandTransferred, CommandStoodDown)
