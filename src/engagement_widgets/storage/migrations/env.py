"""How Alembic runs our scripts: in the transaction of a connection it is given, with a version table of our own."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("target_metadata"),
    version_table="engagement_version",
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
