"""What alembic runs: the migrations on the connection that storage.migrate hands over."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import storage.tables  # noqa: F401 - declares the tables
from storage.columns import Day, Instant

# A migration is history: it names what the database keeps, not types that may change later.
_PLAIN = {AutoString: "sa.String()", Instant: "sa.BigInteger()", Day: "sa.Integer()"}


def _plain_types(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:  # noqa: ANN401 - alembic's own
    return _PLAIN.get(type(item), False) if kind == "type" else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=_plain_types,
)
with context.begin_transaction():
    context.run_migrations()
