"""Tables as pandas' data frames: the one module that imports pandas, which need not be there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from tracer.errors import UsageError

if TYPE_CHECKING:
    import pandas


DataFrame: TypeAlias = "pandas.DataFrame"


def data_frame(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> DataFrame:
    """The rows as a data frame; whole numbers stay whole where some are missing.

    Raises:
        UsageError: pandas is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise UsageError("data frames need pandas", "pip install pandas") from error
    frame = pandas.DataFrame(list(rows), columns=list(columns))
    for place, name in enumerate(columns):
        kinds = {type(row[place]) for row in rows}
        if kinds == {int, type(None)}:
            frame[name] = frame[name].astype("Int64")
    return frame
