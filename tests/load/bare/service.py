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


async def serve(url: str, listen: str) -> None:
    """Serve until killed."""
    pool: Any = await asyncpg.create_pool(asyncpg_url(url), min_size=8, max_size=8)
    await pool.execute("CREATE TABLE IF NOT EXISTS bare (id text PRIMARY KEY, title text NOT NULL, region_code text NOT NULL)")

    async def register(request: pb.RegisterIncidentRequest, _context: Any) -> pb.Incident:
        name = new_id()
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("INSERT INTO bare (id, title, region_code) VALUES ($1, $2, $3)", name, request.title, request.region_code)
        return pb.Incident(name=f"incidents/{name}", title=request.title, region_code=request.region_code)

    handler = grpc.unary_unary_rpc_method_handler(register, pb.RegisterIncidentRequest.FromString, pb.Incident.SerializeToString)
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("fenghuo.dispatch.v1.IncidentService", {"RegisterIncident": handler}),))
    server.add_insecure_port(listen)
    await server.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], sys.argv[2]))
