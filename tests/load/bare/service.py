"""The bare service: one method, one insert, one commit."""

import asyncio
import sys
from typing import Any

import asyncpg
import grpc
import uvloop

from chassis.database import asyncpg_url
from chassis.ids import new_id
from fenghuo.dispatch.v1 import incidents_pb2 as pb
from fenghuo.dispatch.v1 import incidents_pb2_grpc


class Bare(incidents_pb2_grpc.IncidentServiceServicer):
    """Stores the title."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def RegisterIncident(self, request: pb.RegisterIncidentRequest, context: Any) -> pb.Incident:  # noqa: N802, ARG002
        """One durable row."""
        name = new_id()
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("INSERT INTO bare (id, title, region_code) VALUES ($1, $2, $3)", name, request.title, request.region_code)
        return pb.Incident(name=f"incidents/{name}", title=request.title, region_code=request.region_code)


async def serve(url: str, listen: str) -> None:
    """Serve until killed."""
    pool = await asyncpg.create_pool(asyncpg_url(url), min_size=8, max_size=8)
    await pool.execute("CREATE TABLE IF NOT EXISTS bare (id text PRIMARY KEY, title text NOT NULL, region_code text NOT NULL)")
    server = grpc.aio.server()
    incidents_pb2_grpc.add_IncidentServiceServicer_to_server(Bare(pool), server)
    server.add_insecure_port(listen)
    await server.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], sys.argv[2]))
