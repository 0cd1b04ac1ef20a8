"""Many rows at once: statements whose values go to SQLite as they are.

SQLAlchemy prepares each value of each row, which costs more than SQLite's own work. What a first run does
twenty thousand times goes past it: integers, texts and bytes, in the order of the columns.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TypeAlias

from sqlalchemy import Connection, ScalarSelect, Table, func, select

Value: TypeAlias = int | str | bytes | None


def add(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    rows: Sequence[tuple[Value, ...]],
) -> None:
    """Insert `rows`, each a value for each of `columns`."""
    if rows:
        connection.exec_driver_sql(_insertion(table.name, columns), rows)


def add_new(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    rows: Sequence[tuple[Value, ...]],
) -> None:
    """Insert those of `rows` whose keys are not there."""
    if rows:
        connection.exec_driver_sql(
            f"{_insertion(table.name, columns)} ON CONFLICT DO NOTHING", rows
        )


def change(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    of: tuple[str, ...],
    rows: Sequence[tuple[Value, ...]],
) -> None:
    """Give `columns` new values where `of` have some: the values of both, in each of `rows`."""
    if rows:
        connection.exec_driver_sql(_update(table.name, columns, of), rows)


# Names of our own tables and columns, never anything that arrived.
@cache
def _insertion(table: str, columns: tuple[str, ...]) -> str:
    places = ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608


@cache
def _update(table: str, columns: tuple[str, ...], of: tuple[str, ...]) -> str:
    given = ", ".join(f"{name} = ?" for name in columns)
    where = " AND ".join(f"{name} = ?" for name in of)
    return f"UPDATE {table} SET {given} WHERE {where}"  # noqa: S608


def among(numbers: Iterable[int]) -> ScalarSelect[int]:
    """Give `numbers` as something to be `in_`: one value to SQLite, however many they are."""
    listed = func.json_each(json.dumps(sorted(numbers))).table_valued("value")
    return select(listed.c.value).scalar_subquery()
