"""Alembic's entry: migrations run on the connection that `migrate` opened."""

from alembic import context

from folkmoot.store.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
