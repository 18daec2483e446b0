"""The servers the platform stands on, each as a child process of this machine."""

from deploy.local.broker import Kafka
from deploy.local.child import StartError
from deploy.local.postgres import EmbeddedPostgres, Postgres, SystemPostgres
from deploy.local.redis import Redis
from deploy.local.server import Server

__all__ = ["EmbeddedPostgres", "Kafka", "Postgres", "Redis", "Server", "StartError", "SystemPostgres"]
