"""Write a service's next migration by comparing its tables with a fresh database migrated so far: `python -m tools.new_migration dispatch "what changes"`."""

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command

from chassis.database.schema import alembic_config, migrate, provision
from deploy.local.servers import EmbeddedPostgres
from tools.gen_proto import ROOT


def main(service: str, message: str) -> None:
    """Autogenerate into services/<service>/migrations/versions."""
    versions = ROOT / "services" / service / "migrations" / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    number = f"{len(list(versions.glob('*.py'))) + 1:04d}"
    with tempfile.TemporaryDirectory() as scratch:
        server = EmbeddedPostgres(Path(scratch))
        server.start()
        try:
            url = asyncio.run(provision(server.url, f"fenghuo_{service}"))
            migrate(service, url)
            config = alembic_config(service, url)
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            command.revision(config, message, autogenerate=True, rev_id=number)
        finally:
            server.stop()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
