"""The bare gateway: FastAPI takes JSON, calls gRPC, answers JSON."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from fenghuo.dispatch.v1 import incidents_pb2 as pb
from fenghuo.dispatch.v1 import incidents_pb2_grpc


class Body(BaseModel):
    """What is taken."""

    title: str
    regionCode: str  # noqa: N815 - the JSON name
    source: str


def create(target: str) -> FastAPI:
    """The application."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with grpc.aio.insecure_channel(target) as channel:
            app.state.stub = incidents_pb2_grpc.IncidentServiceStub(channel)
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/api/v1/incidents")
    async def register(body: Body) -> dict[str, Any]:
        answer = await app.state.stub.RegisterIncident(pb.RegisterIncidentRequest(title=body.title, region_code=body.regionCode), wait_for_ready=True)
        return {"name": answer.name, "title": answer.title, "regionCode": answer.region_code}

    return app


if __name__ == "__main__":
    uvicorn.run(create(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), loop="uvloop", http="httptools", log_level="warning", access_log=False)
