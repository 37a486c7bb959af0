"""The service most teams would write: FastAPI, pandas, the same LightGBM model, shap.

It scores a client on file: their row of the feature matrix is looked up in a data frame, the
features of the application are computed anew by pandas, the model predicts, and shap explains where
asked. It authenticates nobody, checks nothing, stores nothing and calibrates by interpolation.

`python -m benchmarks.plain_service --bundle DIR --matrix FILE --port N` serves it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import shap
import typer
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from ml.bundle import Bundle


class Asked(BaseModel):
    client_id: int
    explain: bool = False


class Answer(BaseModel):
    pd: float
    decision: str
    contributions: dict[str, float] | None = None


def service(bundle: Bundle, rows: pd.DataFrame) -> FastAPI:
    """Return the application.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per client, the model's features in its order, texts as categories.
    """
    app = FastAPI()
    explainer = shap.TreeExplainer(bundle.booster)
    names = list(rows.columns)

    @app.post("/score")
    def score(asked: Asked) -> Answer:
        features = derived(rows.loc[[asked.client_id]].copy())
        codes = features.astype("float32")
        raw = bundle.booster.predict(codes, raw_score=True, num_threads=1)
        probability = float(bundle.calibrate(np.asarray(raw))[0])
        parts: Any = None
        if asked.explain:
            values = explainer.shap_values(codes)
            parts = dict(zip(names, map(float, np.asarray(values)[0]), strict=True))
        decision = bundle.decide(probability).value
        return Answer(pd=probability, decision=decision, contributions=parts)

    return app


def derived(row: pd.DataFrame) -> pd.DataFrame:
    """The ratios of the application, as notebooks compute them."""
    for name, over, under in (
        ("CREDIT_TO_INCOME", "AMT_CREDIT", "AMT_INCOME_TOTAL"),
        ("ANNUITY_TO_INCOME", "AMT_ANNUITY", "AMT_INCOME_TOTAL"),
        ("CREDIT_TO_ANNUITY", "AMT_CREDIT", "AMT_ANNUITY"),
        ("EMPLOYED_TO_AGE", "DAYS_EMPLOYED", "DAYS_BIRTH"),
    ):
        if {name, over, under} <= set(row.columns):
            row[name] = row[over] / row[under]
    return row


def main(
    bundle: Annotated[Path, typer.Option(help="The model.")],
    matrix: Annotated[Path, typer.Option(help="Parquet: SK_ID_CURR and the encoded features.")],
    port: Annotated[int, typer.Option()],
) -> None:
    """Serve it with one process."""
    rows = pd.read_parquet(matrix).set_index("SK_ID_CURR")
    uvicorn.run(
        service(Bundle.load(bundle), rows), host="127.0.0.1", port=port, log_level="warning"
    )


if __name__ == "__main__":
    typer.run(main)
