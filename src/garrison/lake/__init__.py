"""The event store: the one place that knows Parquet and DuckDB."""
