"""Measures the generator's figures on real tables: `python -m ml.synthesis.fit --help`.

Only aggregates leave this module: quantiles and shares of single columns (of groups large
enough, see `ml.synthesis.marginals`), covariances, coefficients. Extremes beyond the 0.1 %
and 99.9 % quantiles are left out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from ml.schema import APPLICATION_TRAIN, NOT_EMPLOYED, TABLES, Kind
from ml.synthesis import application, bureau, cards, clients, normal, previous, risk
from ml.synthesis.copula import joint_covariance, normals, pack
from ml.synthesis.figures import FILE, Figures
from ml.synthesis.generate import Start, draw_tables, row_latents
from ml.synthesis.marginals import EVERYONE, Driver, draw, measure
from ml.synthesis.normal import Floats

DEFAULT_RATE: Final = 24_825 / 307_511
"""Share of defaults in Kaggle's full application_train."""

_RISK_CLIENTS: Final = 40_000
_NOT_RISK = (
    "SK_ID_CURR", "TARGET", "WEEKDAY_APPR_PROCESS_START", "HOUR_APPR_PROCESS_START",
    # Near twins of other columns: together they would carry no more than noise.
    "FLAG_EMP_PHONE", "OBS_60_CNT_SOCIAL_CIRCLE", "DEF_60_CNT_SOCIAL_CIRCLE",
    "REGION_RATING_CLIENT", "AMT_REQ_CREDIT_BUREAU_HOUR", "AMT_REQ_CREDIT_BUREAU_DAY",
    "AMT_REQ_CREDIT_BUREAU_WEEK", "AMT_REQ_CREDIT_BUREAU_QRT",
)  # fmt: skip
_MISSING_TOLD_ELSEWHERE = (
    "OCCUPATION_TYPE", "OWN_CAR_AGE", "APARTMENTS_AVG", "FLOORSMAX_AVG", "YEARS_BUILD_AVG",
    "TOTALAREA_MODE", "FONDKAPREMONT_MODE", "HOUSETYPE_MODE", "WALLSMATERIAL_MODE",
)  # fmt: skip
"""Columns whose gaps come with those of another column that is kept."""
_BUILDING_RISK = ("APARTMENTS_AVG", "FLOORSMAX_AVG", "YEARS_BUILD_AVG", "TOTALAREA_MODE")
_DERIVED: Final = (
    "EXT_MEAN", "EXT_MIN", "EXT_MAX", "EXT_UNKNOWN", "CREDIT_TO_GOODS", "TERM", "ANNUITY_TO_INCOME",
    "CREDIT_TO_INCOME", "EMPLOYED_TO_AGE", "EXT_X_TERM", "EXT_X_AGE", "EXT_X_INCOME",
    "BUREAU_LOANS", "BUREAU_ACTIVE", "BUREAU_ACTIVE_SHARE", "BUREAU_OPENED", "BUREAU_FIRST",
    "BUREAU_LAST", "BUREAU_RECENT", "BUREAU_DEBT", "BUREAU_DEBT_SHARE", "BUREAU_OVERDUE",
    "BUREAU_ENDS", "BUREAU_CARDS", "BUREAU_MICRO", "BUREAU_UPDATED", "BALANCE_LATE",
    "PREVIOUS_LOANS", "PREVIOUS_REFUSED", "PREVIOUS_REFUSED_SHARE", "PREVIOUS_SCORED_OUT",
    "PREVIOUS_TERM", "PREVIOUS_LAST", "PREVIOUS_FIRST", "PREVIOUS_ANNUITY", "PREVIOUS_DOWN",
    "PREVIOUS_RUNNING", "PREVIOUS_HIGH_YIELD", "PREVIOUS_GRANTED", "POS_LATE", "POS_MONTHS",
    "POS_LEFT", "CARD_USE", "CARD_ATM", "CARD_DRAWN", "CARD_LATE",
    "NO_BUREAU", "NO_PREVIOUS", "NO_CARD",
)  # fmt: skip
_ASSUMED: Final = {"PAYMENTS_LATE": 0.12}
"""Log-odds per standard deviation where no real rows were at hand."""
_LEAST_SPREAD: Final = 0.02
"""Spread of log-odds below which a column is too rare or too flat to count."""
_OWN_PART = {"profile": 0.3, "sample": 0.08}
"""Prior standard deviation of a driver's log-odds (per spread), by where it was measured."""


def fit(data: Path, profile: Mapping[str, Any]) -> Figures:
    """Return the figures of the real tables in `data` and of the `profile` of more rows."""
    tables = {name: _read(data, name) for name in TABLES if (data / f"{name}.csv").exists()}
    frames = _driver_frames(tables)
    marginals: dict[str, Any] = {}
    scores: dict[str, dict[str, Floats]] = {}
    rates = _client_rates(tables["application_train"], frames)
    for block, drivers in _BLOCKS.items():
        orders = _orders(frames[block], drivers, profile, rates)
        if block == "application":
            train = tables["application_train"].height
            marginals[block], scores[block] = _measure_people(frames[block], orders, train)
        else:
            marginals[block], scores[block] = measure(frames[block], drivers, orders)
    _use_profile(marginals["application"], profile["tables"]["application_train"]["columns"])

    place = pl.DataFrame({"SK_ID_CURR": frames["application"]["SK_ID_CURR"]}).with_row_index(
        "client"
    )
    card_scores = _spread(scores["cards"], frames["cards"], place)
    people = scores["application"] | card_scores
    blocks = {name: (scores[name], _owners(frames[name], place)) for name in ("bureau", "previous")}
    joint, within = joint_covariance(people, blocks)
    figures = Figures(
        marginals=marginals,
        clients=list(people),
        rows={name: list(scores[name]) for name in blocks},
        joint=pack(joint),
        within={name: pack(matrix) for name, matrix in within.items()},
        centres={name: [0.0] * len(scores[name]) for name in blocks},
        spreads={name: [1.0] * len(scores[name]) for name in blocks},
        risk=_NO_RISK,
    )
    figures = _with_centres(figures)
    return _with_risk(figures, tables, profile)


_BLOCKS: Final[Mapping[str, tuple[Driver, ...]]] = {
    "application": application.DRIVERS,
    "deviations": application.DEVIATIONS,
    "bureau": bureau.DRIVERS,
    "previous": previous.DRIVERS,
    "cards": cards.DRIVERS,
}
_NO_RISK: Final[Mapping[str, Any]] = {
    "curves": [{"column": "AMT_CREDIT", "x": [0.0, 1.0], "y": [0.0, 0.0], "missing": 0.0}],
    "means": [0.0], "spreads": [1.0], "coefficients": [0.0], "intercept": 0.0,
}  # fmt: skip


def _read(data: Path, name: str) -> pl.DataFrame:
    kinds = TABLES[name].columns
    # Some of Kaggle's whole numbers are written with a decimal point.
    read = {c: pl.Float64 if k is Kind.INTEGER else k.dtype for c, k in kinds.items()}
    frame = pl.read_csv(data / f"{name}.csv", schema_overrides=read)
    return frame.select(pl.col(c).cast(kind.dtype) for c, kind in kinds.items())


def _driver_frames(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    train, test = tables["application_train"], tables["application_test"]
    people = pl.concat([train.drop("TARGET"), test])
    for name, table in zip(
        application.HISTORY_COUNTS, ("bureau", "previous_application"), strict=True
    ):
        rows = tables[table].group_by("SK_ID_CURR").agg(pl.len().cast(pl.Float64).alias(name))
        people = people.join(rows, on="SK_ID_CURR", how="left", maintain_order="left")
    granted = tables["previous_application"].filter(
        (pl.col("NAME_CONTRACT_TYPE") == "Revolving loans")
        & (pl.col("NAME_CONTRACT_STATUS") == "Approved")
    )
    # Some cards are older than the records of previous applications, but have balances.
    holders = pl.concat([granted["SK_ID_CURR"], tables["credit_card_balance"]["SK_ID_CURR"]])
    people = people.with_columns(
        pl.col(application.HISTORY_COUNTS).fill_null(0.0),
        CARD_GRANTED=pl.col("SK_ID_CURR").is_in(holders.unique().implode()).cast(pl.Float64),
    )
    return {
        "application": application.drivers(people),
        "deviations": application.deviations(people),
        "bureau": bureau.drivers(tables["bureau"], tables["bureau_balance"]),
        "previous": previous.drivers(tables["previous_application"], tables["POS_CASH_balance"]),
        "cards": cards.drivers(tables["credit_card_balance"]).sort("SK_ID_CURR"),
    }


def _measure_people(
    frame: pl.DataFrame, orders: Mapping[str, Sequence[Any]], train: int
) -> tuple[dict[str, Any], dict[str, Floats]]:
    """Measure distributions on the labelled rows (the first `train`), scores on all.

    The two samples lie some months apart, so each is ranked within itself.
    """
    figures, scores = measure(frame[:train], application.DRIVERS, orders)
    _, later = measure(frame[train:], application.DRIVERS, orders)
    unknown = np.full(frame.height - train, np.nan)
    both = {n: np.concatenate([s, later.get(n, unknown)]) for n, s in scores.items()}
    return figures, both


def _client_rates(
    train: pl.DataFrame, frames: Mapping[str, pl.DataFrame]
) -> dict[str, dict[str, float]]:
    """Return shrunk default rates of the clients behind each text level, by column."""
    rates: dict[str, dict[str, float]] = {}
    labels = train.select("SK_ID_CURR", y="TARGET")
    for frame in frames.values():
        if "SK_ID_CURR" not in frame.columns:
            continue
        joined = frame.join(labels, on="SK_ID_CURR")
        for name in (n for n, d in frame.schema.items() if d == pl.String):
            shrunk = (pl.col("y").sum() + 200 * DEFAULT_RATE) / (pl.len() + 200)
            part = joined.drop_nulls(name).group_by(name).agg(rate=shrunk)
            rates.setdefault(name, dict(part.iter_rows()))
    return rates


def _orders(
    frame: pl.DataFrame,
    drivers: Sequence[Driver],
    profile: Mapping[str, Any],
    rates: Mapping[str, Mapping[str, float]],
) -> dict[str, list[Any]]:
    """Return the levels of each level driver: numbers by value, texts by risk."""
    known = profile["tables"]["application_train"]["columns"]
    orders: dict[str, list[Any]] = {}
    for driver in (d for d in drivers if d.level):
        values = frame[driver.name].drop_nulls().unique().sort().to_list()
        if frame[driver.name].dtype == pl.String:
            rate = known.get(driver.name, {}).get("default_rate") or rates.get(driver.name, {})
            if driver.name == "NAME_CONTRACT_STATUS":
                rate = rates[driver.name]
            values.sort(key=lambda x, rate=rate: (rate.get(x, DEFAULT_RATE), x))  # type: ignore[misc]
        orders[driver.name] = values
    return orders


def _use_profile(marginals: dict[str, Any], columns: Mapping[str, Any]) -> None:
    """Replace shares of ungrouped drivers by those of the profile's many more rows."""
    for name, figure in marginals.items():
        groups, known = figure["groups"], columns.get(name)
        if known is None or set(groups) != {EVERYONE}:
            continue
        if name in APPLICATION_TRAIN.columns:
            groups[EVERYONE]["missing"] = known["missing"]
        shares = known.get("categories") or known.get("values")
        if not shares or "levels" not in figure:
            continue
        by_level = {str(k).removesuffix(".0"): v for k, v in shares.items()}
        share = np.array([by_level.get(str(x).removesuffix(".0"), 0.0) for x in figure["levels"]])
        groups[EVERYONE]["codes"] = list(range(len(share)))
        groups[EVERYONE]["upper"] = [round(float(x), 6) for x in np.cumsum(share) / share.sum()]


def _owners(frame: pl.DataFrame, place: pl.DataFrame) -> np.ndarray[Any, np.dtype[np.int64]]:
    joined = frame.select("SK_ID_CURR").join(
        place, on="SK_ID_CURR", how="left", maintain_order="left"
    )
    return joined["client"].cast(pl.Int64).to_numpy()


def _spread(
    scores: Mapping[str, Floats], frame: pl.DataFrame, place: pl.DataFrame
) -> dict[str, Floats]:
    """Return scores of some clients as scores of all, NaN for the others."""
    rows = _owners(frame, place)
    spread = {}
    for name, values in scores.items():
        spread[name] = np.full(place.height, np.nan)
        spread[name][rows] = values
    return spread


def _with_centres(figures: Figures) -> Figures:
    """Return figures that know the mean and spread of row latents over drawn rows."""
    noise = np.random.default_rng(20260102)
    joint = normals(figures.joint_matrix, _RISK_CLIENTS, noise)
    latents = {name: joint[:, i] for i, name in enumerate(figures.clients)}
    person = draw(figures.marginals["application"], application.DRIVERS, latents, noise)
    centres, spreads = {}, {}
    for block, count in zip(("bureau", "previous"), application.HISTORY_COUNTS, strict=True):
        _, rows = row_latents(figures, block, joint, person[count], noise)
        centres[block] = [round(float(z.mean()), 4) for z in rows.values()]
        spreads[block] = [round(float(z.std()), 4) for z in rows.values()]
    return replace(figures, centres=centres, spreads=spreads)


def _with_risk(
    figures: Figures, tables: Mapping[str, pl.DataFrame], profile: Mapping[str, Any]
) -> Figures:
    curves, moments, penalties = _measured_risk(tables, profile)
    drawn = draw_tables(figures, _RISK_CLIENTS, Start(), np.random.default_rng(20260101))
    lazy = {n: t.lazy() for n, t in drawn.items() if not n.startswith("application")}
    people = pl.concat([drawn["application_train"].drop("TARGET"), drawn["application_test"]])
    frame = clients.drivers(lazy, people)
    seen = risk.design(frame, curves).std(axis=0) > _LEAST_SPREAD
    curves = [curve for curve, kept in zip(curves, seen, strict=True) if kept]
    moments, penalties = moments[seen], penalties[seen]
    for name in _ASSUMED:
        curves.append(_scores_curve(frame[name], name))
    x = risk.design(frame, curves)
    means, spreads = x.mean(axis=0), x.std(axis=0)
    x = (x - means) / spreads
    solved = len(moments)
    intercept, coefficients = risk.solve(
        x[:, :solved], moments / spreads[:solved], DEFAULT_RATE, penalties
    )
    coefficients = np.concatenate([coefficients, list(_ASSUMED.values())])
    intercept = _recentred(intercept, x @ coefficients)
    model = {
        "curves": curves,
        "means": [round(float(v), 5) for v in means],
        "spreads": [round(float(v), 5) for v in spreads],
        "coefficients": [round(float(v), 5) for v in coefficients],
        "intercept": round(intercept, 5),
    }
    return replace(figures, risk=model)


def _recentred(intercept: float, slopes: Floats) -> float:
    for _ in range(50):
        p = risk.sigmoid(intercept + slopes)
        intercept -= float((p.mean() - DEFAULT_RATE) / (p * (1 - p)).mean())
    return intercept


def _measured_risk(
    tables: Mapping[str, pl.DataFrame], profile: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], Floats, Floats]:
    """Return the curves, the covariance of default with each, and the penalties."""
    many = profile["tables"]["application_train"]
    average = many["columns"]["TARGET"]["values"]["1"]
    curves: list[dict[str, Any]] = []
    moments: list[float] = []
    for name, column in many["columns"].items():
        building = name.rpartition("_")[2] in ("AVG", "MODE", "MEDI")
        if name in _NOT_RISK or (
            building and "categories" not in column and name not in _BUILDING_RISK
        ):
            continue
        if sum(rate is not None for rate in column.get("default_rate_by_fifth", [0, 0, 0])) < 3:
            continue
        curve, moment = _profile_curve(name, column, average)
        curves.append(curve)
        moments.append(moment)
    rows = many["rows_in_sample"]
    penalties = [1.0 / (rows * _OWN_PART["profile"] ** 2)] * len(curves)

    train = tables["application_train"]
    lazy = {n: t.lazy() for n, t in tables.items() if not n.startswith("application")}
    frame = clients.drivers(lazy, train)
    default = train["TARGET"].to_numpy().astype(np.float64)
    for name in _DERIVED:
        curve = _scores_curve(frame[name], name)
        height = risk.evaluate(frame[name], curve)
        curves.append(curve)
        moments.append(float(np.mean((default - default.mean()) * height)))
    penalties += [1.0 / (len(train) * _OWN_PART["sample"] ** 2)] * len(_DERIVED)
    return curves, np.array(moments), np.array(penalties)


def _scores_curve(column: pl.Series, name: str) -> dict[str, Any]:
    """Return a curve that runs like the normal score of the column's ranks."""
    values = column.cast(pl.Float64).drop_nulls().drop_nans().to_numpy()
    at = np.quantile(values, np.linspace(0.01, 0.99, 33))
    x = np.unique(np.array([float(f"{v:.6g}") for v in at]))
    below = np.searchsorted(np.sort(values), x, side="left") / len(values)
    upto = np.searchsorted(np.sort(values), x, side="right") / len(values)
    z = normal.quantile(np.clip((below + upto) / 2, 0.002, 0.998))
    return {
        "column": name,
        "x": x.tolist(),
        "y": [round(float(v), 4) for v in z],
        "missing": 0.0,
    }


def _profile_curve(
    name: str, column: Mapping[str, Any], average: float
) -> tuple[dict[str, Any], float]:
    absent, absent_rate = column["missing"], column.get("default_rate_when_missing", average)
    rates = column.get("default_rate")
    told = name not in _MISSING_TOLD_ELSEWHERE and absent > 0.01
    missing = risk.log_odds(absent_rate, average) if told else 0.0
    moment = absent * (absent_rate - average) * missing
    if rates is not None:
        return _level_curve(name, column, average, (missing, moment))
    quantiles, fifths = list(column["quantiles_0_to_1_by_0.05"]), column["default_rate_by_fifth"]
    curve: dict[str, Any] = {"column": name, "missing": round(missing, 4)}
    known = 1.0 - absent
    if name == "DAYS_EMPLOYED":  # the last fifth is those without employment
        curve["sentinel"] = float(NOT_EMPLOYED)
        curve["missing"] = 0.0  # that is told by NAME_INCOME_TYPE already
        fifths = [*fifths[:4], None]
        quantiles = [min(q, 0.0) for q in quantiles]
    curve["x"], curve["y"] = risk.curve_of_fifths(quantiles, fifths, average)
    height = np.interp(quantiles, curve["x"], curve["y"])
    for i, rate in enumerate(fifths):
        if rate is not None:
            inside = height[4 * i : 4 * i + 5].mean()
            moment += 0.2 * known * (rate - average) * float(inside)
    return curve, float(moment)


def _level_curve(
    name: str, column: Mapping[str, Any], average: float, absent: tuple[float, float]
) -> tuple[dict[str, Any], float]:
    missing, moment = absent
    shares = column.get("categories") or column["values"]
    by_level = {str(level).removesuffix(".0"): share for level, share in shares.items()}
    text = "categories" in column
    levels: dict[str, float] = {}
    for level, rate in column["default_rate"].items():
        plain = level.removesuffix(".0")
        share = by_level.get(plain, 0.0)
        rows = share * 58_161
        trusted = (rate * rows + average * 100) / (rows + 100)
        levels[level if text else str(float(plain))] = round(risk.log_odds(trusted, average), 4)
        height = risk.log_odds(trusted, average)
        moment += (1 - column["missing"]) * share * (trusted - average) * height
    return {"column": name, "levels": levels, "missing": round(missing, 4)}, float(moment)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit the figures and write them to a file."""
    parser = argparse.ArgumentParser(prog="python -m ml.synthesis.fit", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of Kaggle's CSV files")
    parser.add_argument("--profile", type=Path, required=True, help="marginals of more rows")
    parser.add_argument("--out", type=Path, default=FILE, help="figures file to write")
    options = parser.parse_args(arguments)
    figures = fit(options.data, json.loads(options.profile.read_text()))
    figures.save(options.out)
    sys.stdout.write(f"{options.out}: {options.out.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
