"""Tables of dispatch, one module a resource; the database refuses the impossible by itself."""

from services.dispatch.tables.base import METADATA
from services.dispatch.tables.incidents import incident

__all__ = ["METADATA", "incident"]
