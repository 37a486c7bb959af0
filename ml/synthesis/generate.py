"""Draws clients with all their tables from the figures, and writes them like Kaggle's files."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow.parquet as pq

from ml.schema import APPLICATION_TEST, APPLICATION_TRAIN
from ml.synthesis import application, bureau, cards, clients, payments, previous, risk
from ml.synthesis.copula import normals
from ml.synthesis.figures import Figures, shipped
from ml.synthesis.marginals import Column, Ints, draw
from ml.synthesis.normal import Floats

Format = Literal["csv", "parquet"]

BATCH: Final = 10_000
"""Clients drawn at a time: keeps memory level however many are asked for."""
TRAIN_SHARE: Final = 307_511 / (307_511 + 48_744)
LABELLED_WITH_BALANCE: Final = 0.355
"""Share of labelled clients whose bureau loans have monthly balances (all unlabelled have)."""

_FIRST_CLIENT, _FIRST_PREVIOUS, _FIRST_BUREAU = 100_001, 1_000_001, 5_000_001
_FIRST_OLD_CARD: Final = 50_000_001
"""Cards older than the records; a client has at most one, so its own number leads to it."""
_OLD_CARDS: Final = 0.124
"""Share of card holders whose card is older than the records of previous applications."""
_CARD_SEEN: Final = 0.95
"""Share of granted cards that have monthly balances."""


@dataclass(frozen=True)
class Start:
    """The first keys of a batch, so that keys run on from one batch to the next."""

    client: int = _FIRST_CLIENT
    bureau: int = _FIRST_BUREAU
    previous: int = _FIRST_PREVIOUS


def synthesize(
    applicants: int,
    out: Path,
    seed: int,
    *,
    progress: Callable[[int, int], None] | None = None,
    format: Format = "csv",
) -> None:
    """Write all tables of `applicants` made-up clients into the folder `out`.

    About 86 % of the clients go to application_train, the rest to application_test, each with
    their rows in the six auxiliary tables. The same arguments give the same bytes. Either
    the whole folder appears or nothing does.

    Parameters
    ----------
    out
        Folder to create. It may exist only if it is empty.
    progress
        Called with the clients done and the clients in all, after each batch.

    Raises
    ------
    ValueError
        If `applicants` is below 1 or `format` is unknown.
    FileExistsError
        If `out` exists and is not an empty folder.
    """
    if applicants < 1:
        raise ValueError(f"applicants must be at least 1, got {applicants}")
    if format not in ("csv", "parquet"):
        raise ValueError(f"format must be csv or parquet, got {format!r}")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(f"{out} exists already and is not an empty folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        scratch.chmod(0o755)
        _write(scratch, batches(applicants, seed), applicants, format, progress)
        if out.exists():
            out.rmdir()
        scratch.rename(out)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def batches(
    applicants: int, seed: int, figures: Figures | None = None
) -> Iterator[dict[str, pl.DataFrame]]:
    """Yield the tables of successive batches of clients, by table name."""
    figures = figures or shipped()
    start = Start()
    for number, first in enumerate(range(0, applicants, BATCH)):
        size = min(BATCH, applicants - first)
        noise = np.random.default_rng([seed, number])
        tables = draw_tables(figures, size, start, noise)
        yield tables
        start = Start(
            client=start.client + size,
            bureau=start.bureau + tables["bureau"].height,
            previous=start.previous + tables["previous_application"].height,
        )


def draw_tables(
    figures: Figures, size: int, start: Start, noise: np.random.Generator
) -> dict[str, pl.DataFrame]:
    """Return all tables of `size` clients, in Kaggle's columns and types."""
    joint = normals(figures.joint_matrix, size, noise)
    latents = {name: joint[:, i] for i, name in enumerate(figures.clients)}
    person = draw(figures.marginals["application"], application.DRIVERS, latents, noise)
    ids = np.arange(start.client, start.client + size)
    labelled = np.zeros(size, dtype=bool)
    labelled[noise.permutation(size)[: _labelled(start.client, size)]] = True
    people = _People(figures, ids, labelled, joint, latents, person)

    applications = _applications(people, noise)
    tables = _bureau_tables(people, start.bureau, noise)
    tables |= _previous_tables(people, start.previous, noise)
    lazy = {name: table.lazy() for name, table in tables.items()}
    chance = risk.predict(clients.drivers(lazy, applications), figures.risk)
    target = pl.Series("TARGET", noise.random(size) < chance).cast(pl.Int32)
    order = list(APPLICATION_TRAIN.columns)
    train = applications.with_columns(target).filter(pl.Series(labelled)).select(order)
    test = applications.filter(pl.Series(~labelled)).select(list(APPLICATION_TEST.columns))
    return {"application_train": train, "application_test": test, **tables}


def _labelled(first: int, size: int) -> int:
    """Number of clients with a label in a batch, such that all batches have the share."""
    before = first - _FIRST_CLIENT
    return max(1, round((before + size) * TRAIN_SHARE) - round(before * TRAIN_SHARE))


@dataclass(frozen=True)
class _People:
    """A batch of clients: their keys, latents and drawn drivers."""

    figures: Figures
    ids: Ints
    labelled: npt.NDArray[np.bool_]
    joint: Floats
    latents: Mapping[str, Floats]
    person: Mapping[str, Column]


def _applications(people: _People, noise: np.random.Generator) -> pl.DataFrame:
    size = len(people.ids)
    # The variants of one building deviate together or not at all.
    together = noise.standard_normal(size)
    own = {
        driver.name: 0.6 * together + 0.8 * noise.standard_normal(size)
        for driver in application.DEVIATIONS
    }
    marginals = people.figures.marginals["deviations"]
    deviation = draw(marginals, application.DEVIATIONS, own, noise)
    columns = application.columns(people.person, deviation)
    return columns.insert_column(0, pl.Series("SK_ID_CURR", people.ids, dtype=pl.Int64))


def _bureau_tables(
    people: _People, first: int, noise: np.random.Generator
) -> dict[str, pl.DataFrame]:
    count = people.person["BUREAU_ROWS"]
    owner, latents = row_latents(people.figures, "bureau", people.joint, count, noise)
    drawn = draw(people.figures.marginals["bureau"], bureau.DRIVERS, latents, noise)
    keys = {
        "SK_ID_CURR": people.ids[owner],
        "SK_ID_BUREAU": np.arange(first, first + len(owner)),
    }
    loans = bureau.columns(drawn, keys)
    chosen = noise.random(len(people.ids)) < LABELLED_WITH_BALANCE
    reported = ~people.labelled | chosen
    balance = bureau.balance(loans, drawn, reported[owner], noise)
    return {"bureau": loans, "bureau_balance": balance}


def _previous_tables(
    people: _People, first: int, noise: np.random.Generator
) -> dict[str, pl.DataFrame]:
    person, marginals = people.person, people.figures.marginals
    count, granted = person["PREVIOUS_ROWS"], person["CARD_GRANTED"].floats() > 0
    old = granted & ((count.floats() == 0) | (noise.random(len(granted)) < _OLD_CARDS))
    owner, latents = row_latents(people.figures, "previous", people.joint, count, noise)
    known = previous.flags(owner, granted & ~old, noise)
    drawn = draw(marginals["previous"], previous.DRIVERS, latents, noise, known)
    phone = np.round(person["DAYS_LAST_PHONE_CHANGE"].values)
    drawn = previous.in_order(previous.decided(drawn, owner, phone, noise), owner)
    keys = {
        "SK_ID_PREV": np.arange(first, first + len(owner)),
        "SK_ID_CURR": people.ids[owner],
    }
    loans = previous.columns(drawn, keys)
    habits = draw(marginals["cards"], cards.DRIVERS, people.latents, noise)
    old_cards = _old_cards(people.ids[old])
    card = pl.concat([_granted_cards(loans, noise), old_cards])
    holder = np.searchsorted(people.ids, card["SK_ID_CURR"].to_numpy())
    habit = {name: column.values[holder] for name, column in habits.items()}
    months = cards.columns(card, habit, noise)
    accounts = pl.concat([frame.select("SK_ID_PREV", "SK_ID_CURR") for frame in (loans, old_cards)])
    late = np.concatenate([latents["MONTHS_LATE"], people.latents["CARD_MONTHS_LATE"][old]])
    lateness = 0.7 * late + np.sqrt(1 - 0.7**2) * noise.standard_normal(len(late))
    return {
        "previous_application": loans,
        "POS_CASH_balance": payments.pos_cash(loans, drawn, noise),
        "credit_card_balance": months,
        "installments_payments": payments.instalments(loans, months, (accounts, lateness), noise),
    }


def _granted_cards(loans: pl.DataFrame, noise: np.random.Generator) -> pl.DataFrame:
    granted = (pl.col("NAME_CONTRACT_TYPE") == "Revolving loans") & (
        pl.col("NAME_CONTRACT_STATUS") == "Approved"
    )
    card = loans.filter(granted).select("SK_ID_PREV", "SK_ID_CURR", "DAYS_DECISION")
    return card.filter(pl.Series(noise.random(card.height) < _CARD_SEEN))


def _old_cards(clients: Ints) -> pl.DataFrame:
    """Return cards with monthly balances but without an application on record."""
    return pl.DataFrame(
        {
            "SK_ID_PREV": clients - _FIRST_CLIENT + _FIRST_OLD_CARD,
            "SK_ID_CURR": clients,
            "DAYS_DECISION": pl.repeat(
                previous.OLDEST_DECISION, len(clients), dtype=pl.Int32, eager=True
            ),
        }
    )


def row_latents(
    figures: Figures, block: str, joint: Floats, count: Column, noise: np.random.Generator
) -> tuple[Ints, dict[str, Floats]]:
    """Return the owner of each row of a block, and its latents by name."""
    names = figures.rows[block]
    centre, spread = np.asarray(figures.centres[block]), np.asarray(figures.spreads[block])
    before = len(figures.clients)
    for name in figures.rows:
        if name == block:
            break
        before += len(figures.rows[name])
    owner = np.repeat(np.arange(len(joint)), count.floats().astype(np.int64))
    own = normals(figures.within_matrices[block], len(owner), noise)
    z = (joint[owner, before : before + len(names)] + own - centre) / spread
    return owner, {name: z[:, i] for i, name in enumerate(names)}


def _write(
    folder: Path,
    tables: Iterator[dict[str, pl.DataFrame]],
    applicants: int,
    format: Format,
    progress: Callable[[int, int], None] | None,
) -> None:
    append = _append_csv if format == "csv" else _append_parquet
    writers: dict[str, Any] = {}
    done = 0
    try:
        for batch in tables:
            for name, table in batch.items():
                append(writers, folder / f"{name}.{format}", table)
            done += batch["application_train"].height + batch["application_test"].height
            if progress is not None:
                progress(done, applicants)
    finally:
        for writer in writers.values():
            writer.close()


def _append_csv(writers: dict[str, Any], path: Path, table: pl.DataFrame) -> None:
    new = path.name not in writers
    if new:
        writers[path.name] = path.open("wb")
    table.write_csv(writers[path.name], include_header=new)


def _append_parquet(writers: dict[str, Any], path: Path, table: pl.DataFrame) -> None:
    arrow = table.to_arrow(compat_level=pl.CompatLevel.oldest())
    if path.name not in writers:
        writers[path.name] = pq.ParquetWriter(path, arrow.schema, compression="zstd")
    writers[path.name].write_table(arrow)
